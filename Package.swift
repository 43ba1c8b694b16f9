// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A room of the house: one Swift target, named after its folder.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The tests of a room.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]
let http1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let collections: Target.Dependency = .product(name: "Collections", package: "swift-collections")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "cozy-bootstrap",
    products: [.executable(name: "cozy-bootstrap", targets: ["cozy-bootstrap"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // Floor 0
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .target(name: "CShims", dependencies: ["CCurl", "COpenSSL"]),
        .target(name: "CEmbedded"),
        room("Core"),

        // Floor 1
        room("Embedded", ["CEmbedded", "Core"]),
        room("YAML", ["CYAML", "Core"]),
        room("PKI", ["COpenSSL", "CShims", "Core"]),
        room("HTTPClient", ["CCurl", "CShims", "Core", "PKI"]),
        room("Archives", ["CArchive", "Core"]),
        room("NetbootWire", ["Core"]),

        // Floor 2
        room("Netboot", ["Core", "Embedded", "NetbootWire", log, http1] + nio),
        room("TalosConfig", ["Core", "Embedded", "PKI", "YAML"]),
        .target(name: "TalosMessages", dependencies: [protobuf], exclude: ["protos"], swiftSettings: settings),
        room("TalosAPI", ["Core", "HTTPClient", "PKI", "TalosMessages", "YAML", log, protobuf]),
        room("Kubernetes", ["Core", "HTTPClient", "PKI", "YAML", log]),
        room("OCI", ["Archives", "Core", "HTTPClient", "PKI", log]),

        // Floor 3
        room("Packages", ["Core", "Embedded", "Kubernetes", "PKI", "YAML", log]),
        room("Inventory", ["Core", "Embedded", "Packages", "PKI", "TalosConfig", "YAML"]),

        // Floor 4
        room(
            "Bootstrap",
            [
                "Core", "Embedded", "HTTPClient", "Inventory", "Kubernetes", "Netboot", "Packages", "PKI",
                "TalosAPI", "TalosConfig", "YAML", log, .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        room(
            "Lab",
            [
                "Archives", "Core", "Embedded", "HTTPClient", "Inventory", "Kubernetes", "NetbootWire", "OCI",
                "Packages", "PKI", "TalosConfig", "TalosMessages", "YAML", log, hummingbird, protobuf,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                http1,
            ] + nio),

        // Floor 5
        room("Daemon", ["Bootstrap", "Core", "Inventory", "Kubernetes", "Netboot", "Packages", log]),

        // Floor 6
        .executableTarget(
            name: "cozy-bootstrap",
            dependencies: [
                "Bootstrap", "Core", "Daemon", "Embedded", "Inventory", "Lab", "Packages", "TalosConfig", "YAML",
                log, arguments,
            ],
            swiftSettings: settings),

        tests("CoreTests", ["Core"]),
        tests("EmbeddedTests", ["Core", "Embedded"]),
        tests("YAMLTests", ["Core", "YAML"]),
        tests("PKITests", ["Core", "PKI"]),
        tests(
            "HTTPClientTests",
            [
                "Core", "HTTPClient", "PKI",
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ] + nio),
        tests("ArchivesTests", ["Archives", "Core"]),
        tests("NetbootWireTests", ["Core", "NetbootWire"]),
        tests("NetbootTests", ["Core", "Embedded", "Netboot", "NetbootWire", log, http1] + nio),
        tests("TalosConfigTests", ["Core", "Embedded", "PKI", "TalosConfig", "YAML"]),
        tests(
            "TalosAPITests",
            [
                "Core", "HTTPClient", "PKI", "TalosAPI", "TalosMessages", "YAML", protobuf,
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ] + nio),
        tests("KubernetesTests", ["Core", "HTTPClient", "Kubernetes", "PKI", "YAML"]),
        tests("OCITests", ["Archives", "Core", "HTTPClient", "OCI", "PKI"]),
        tests("PackagesTests", ["Core", "Embedded", "Kubernetes", "PKI", "Packages", "YAML"]),
        tests("InventoryTests", ["Core", "Embedded", "Inventory", "Packages", "YAML"]),
        tests("BootstrapTests", ["Bootstrap", "Core", "Inventory"]),
        tests(
            "LabTests",
            [
                "Core", "Embedded", "HTTPClient", "Kubernetes", "Lab", "Netboot", "NetbootWire", "OCI", "Packages",
                "PKI",
                "TalosAPI", "TalosConfig", "TalosMessages", "YAML", log,
            ] + nio),
        tests(
            "CommandTests",
            [
                "Core", "cozy-bootstrap", .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
    ]
)
