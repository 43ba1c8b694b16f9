import Core
import Embedded
import Kubernetes
import OCI
import Packages
import Synchronization
import Testing

@testable import Lab

@Suite(.timeLimit(.minutes(3)), .serialized) struct FluxPlatformTests {
    /// The releases in the order in which their actions began.
    private final class Order: Sendable {
        let began = Mutex<[ObjectKey]>([])
    }

    @Test(
        "A platform Package becomes a cluster in which everything is Ready, in the order of the dependencies",
        arguments: ["isp-full", "isp-full-generic"])
    func platform(variant: String) async throws {
        let embedded = Embedded()
        let release = try Release.load(embedded: embedded)
        let expected = try release.expected(variant)
        let (registry, pinned) = try registry(of: release, embedded: embedded)
        let order = Order()
        try await LabCluster.run { cluster in
            try await cluster.installFlux()
            for name in ["n1", "n2", "n3"] { try await cluster.register(node: name) }
            let flux = LabFlux(
                client: try cluster.client(LabFlux.userAgent), source: OCIArtifactSource(http: cluster.http),
                options: LabFluxOptions { attempt in
                    order.began.withLock { $0.append(attempt.release) }
                    return .success
                })
            let controllers = PackageControllers(client: try cluster.client("cozy-bootstrap/1"), identity: "test")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await flux.run() }
                group.addTask { try await controllers.run() }
                let ports = AsyncStream.makeStream(of: Int.self)
                group.addTask {
                    try await registry.serve(address: "127.0.0.1", port: 0) { ports.continuation.yield($0) }
                }
                var iterator = ports.stream.makeAsyncIterator()
                let port = try #require(await iterator.next())
                let client = cluster.client
                let source = Release.Source(url: "oci://127.0.0.1:\(port)/packages", digest: pinned)
                try await client.apply(
                    PlatformObjects.source(source, insecure: true), fieldManager: "cozystack-operator")
                let platform = PlatformObjects.packageSource(release.catalogue.platformSource)
                try await client.apply(platform, fieldManager: "cozystack-operator")
                try await client.apply(
                    PlatformObjects.package(variant: variant, values: ["publishing": ["host": "cozy.example.org"]]),
                    fieldManager: "cozy-bootstrap")
                try await waitUntilComplete(client, expected)
                group.cancelAll()
            }
            try await verify(cluster, expected, order.began.withLock { $0 })
        }
    }

    /// The lab's registry with a release's artifact, and the digest of that.
    private func registry(of release: Release, embedded: Embedded) throws -> (LabRegistry, String) {
        let files = try PlatformArtifact.files(of: release, embedded: embedded)
        let artifact = try FluxArtifact.build(
            files: files.mapValues { FluxArtifact.File($0) }, source: "https://example.org/packages",
            revision: release.version, created: Timestamp(seconds: 1_700_000_000))
        let registry = LabRegistry()
        registry.add(artifact, repository: "packages")
        return (registry, artifact.digest.description)
    }

    private func waitUntilComplete(_ client: KubernetesClient, _ expected: Packages.Expectation) async throws {
        let releases = Informer(client: client, type: .helmRelease)
        let packages = Informer(client: client, type: .package)
        let nodes = Informer(client: client, type: .node)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for informer in [releases, packages, nodes] { group.addTask { await informer.run() } }
            for (informer, count) in [
                (packages, expected.packages.count), (releases, expected.helmReleases.count), (nodes, 3),
            ] {
                try await informer.wait { $0.count == count && $0.objects.allSatisfy(\.isReady) }
            }
            group.cancelAll()
        }
    }

    private func verify(_ cluster: LabCluster, _ expected: Packages.Expectation, _ began: [ObjectKey]) async throws {
        let client = cluster.client
        #expect(try await client.list(.packageSource).items.count == expected.packageSources)
        #expect(try await client.list(.artifactGenerator).items.count == expected.artifactGenerators)
        let artifacts = try await client.list(.externalArtifact).items
        #expect(artifacts.count == expected.externalArtifacts)
        #expect(artifacts.allSatisfy { $0.isReady })
        let releases = try await client.list(.helmRelease).items
        #expect(Set(releases.map(\.key)) == Set(expected.helmReleases.map { $0.reference.key }))
        for release in releases {
            #expect(release.observedGeneration == release.generation)
            #expect(release["status", "history"]?.array?.count == 1)
        }
        #expect(began.count == expected.helmReleases.count)
        let place = Dictionary(began.enumerated().map { ($1, $0) }, uniquingKeysWith: min)
        for release in expected.helmReleases where release.reference.name != "cozystack-platform" {
            for dependency in release.dependsOn {
                #expect((place[dependency.key] ?? .max) < (place[release.reference.key] ?? -1))
            }
        }
        let records = try await client.list(.secret, labels: "owner=helm").items
        #expect(records.count == expected.helmReleases.count)
        #expect(records.allSatisfy { $0.labels["status"] == "deployed" })
        for node in try await client.list(.node).items { #expect(node["spec", "taints"] == nil) }
    }
}

extension ReleaseReference {
    var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
}
