import Core
import Embedded
import OCI
import Packages

/// The outside world of a lab: the release's files and the registry with the platform's source.
struct LabInternet: Sendable {
    /// The repository that holds the platform's source, below the registry.
    private static let repository = "cozystack/cozystack/cozystack-packages"

    let assets: BootAssets
    let sourceDigest: String
    private let address: IPAddress
    private let accessLog: AccessLog
    private let files: InternetFiles
    private let images: LabRegistry

    /// - Throws: ``Fault`` when a file of the release is not part of this binary.
    init(release: Release, address: IPAddress, clock: any WallClock, accessLog: AccessLog) throws(Fault) {
        let embedded = Embedded()
        self.address = address
        self.accessLog = accessLog
        assets = BootAssets(release: release.version)
        var files = InternetFiles()
        if let kernel = release.kernel { files.publish(assets.kernel, at: kernel.url) }
        if let initramfs = release.initramfs { files.publish(assets.initramfs, at: initramfs.url) }
        for file in release.embeddedFiles {
            if let name = file.embedded { files.publish(try embedded.bytes(name), at: file.url) }
        }
        self.files = files
        // The time is part of the manifest: a fixed one gives the same digest in every lab.
        let artifact = try FluxArtifact.build(
            files: try PlatformArtifact.files(of: release, embedded: embedded).mapValues { FluxArtifact.File($0) },
            source: "https://github.com/cozystack/cozystack", revision: "\(release.version)@sha1:\(Self.commit)",
            created: Timestamp(seconds: 1_767_225_600))
        sourceDigest = artifact.digest.description
        images = LabRegistry()
        images.add(artifact, repository: Self.repository, tags: [release.version, "latest"])
    }

    private static let commit = String(repeating: "0", count: 40)

    var filesURL: String { "http://\(address):\(Lab.filesPort)/" }
    var registry: String { "\(address):\(Lab.registryPort)" }
    var source: String { "oci://\(registry)/\(Self.repository)" }

    /// Serves files and registry until the task is cancelled.
    func serve(_ listening: Listening) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                try await files.serve(address: address, port: Lab.filesPort, accessLog: accessLog) { _ in
                    listening.arrived()
                }
            }
            group.addTask {
                try await images.serve(
                    address: address.description, port: Lab.registryPort,
                    onListening: { _ in listening.arrived() },
                    record: { access in
                        accessLog.record(
                            service: "registry", node: nil, client: access.client,
                            call: "\(access.method) \(access.path)", write: false, status: String(access.status))
                    })
            }
        }
    }
}
