import Core
import Glibc
import HTTPClient
import OCI
import Synchronization
import Testing

@testable import Lab

@Suite struct LabRegistryTests {
    private func artifact(_ text: String = "hello") throws -> FluxArtifact {
        try FluxArtifact.build(
            files: [
                "core/platform/Chart.yaml": .init(Array(text.utf8)), "core/a.txt": .init([1]),
                "run.sh": .init([2], isExecutable: true),
            ],
            source: "https://example.org/source", revision: "v1@sha1:abc", created: Timestamp(seconds: 1_700_000_000))
    }

    private func withRegistry(
        _ registry: LabRegistry, _ body: @Sendable @escaping (Int, RegistryLog) async throws -> Void
    ) async throws {
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let log = RegistryLog()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await registry.serve(
                    address: "127.79.0.3", port: 0, onListening: { listening.yield($0) }, record: { log.add($0) })
            }
            group.addTask {
                for await port in ports {
                    try await body(port, log)
                    return
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    @Test("our client pulls by tag and by digest, and each request is recorded")
    func pull() async throws {
        let registry = LabRegistry()
        let artifact = try artifact()
        registry.add(artifact, repository: "cozystack/cozystack/packages", tags: ["v1"])
        try await withRegistry(registry) { port, log in
            var configuration = OCIClientConfiguration()
            configuration.insecure = ["127.79.0.3:\(port)"]
            let client = OCIClient(http: HTTPClient(), configuration: configuration)
            var reference = try OCIReference("oci://127.79.0.3:\(port)/cozystack/cozystack/packages:v1")
            let pulled = try await client.pullFluxArtifact(reference)
            #expect(pulled.digest == artifact.digest)
            #expect(pulled.files["core/platform/Chart.yaml"]?.bytes == Array("hello".utf8))
            #expect(pulled.files["run.sh"]?.isExecutable == true)
            #expect(pulled.annotations[FluxArtifact.revisionAnnotation] == "v1@sha1:abc")
            reference.tag = nil
            reference.digest = artifact.digest
            #expect(try await client.manifest(reference).bytes == artifact.manifestBytes)
            reference.digest = OCIDigest(of: [1])
            let missing = try await #require(throws: Fault.self) { try await client.manifest(reference) }
            #expect(missing.code == .notFound)
            #expect(missing.why == "HTTP status 404, MANIFEST_UNKNOWN: manifest unknown")
            #expect(log.all.map(\.status) == [200, 200, 200, 404])
            #expect(log.all.first?.path == "/v2/cozystack/cozystack/packages/manifests/v1")
            #expect(log.all.first?.client == "cozy-bootstrap")
        }
    }

    @Test("skopeo takes the artifact for what it is")
    func skopeo() async throws {
        let registry = LabRegistry()
        let artifact = try artifact()
        registry.add(artifact, repository: "a/b", tags: ["v1"])
        try await withRegistry(registry) { port, _ in
            let directory = "/tmp/cozy-registry-\(UInt64.random(in: 0...UInt64.max))"
            defer { system("rm -rf \(directory)") }
            let command = "skopeo copy -q --src-tls-verify=false docker://127.79.0.3:\(port)/a/b:v1 dir:\(directory)"
            let status = await Task.detached { system(command) }.value
            #expect(status == 0)
            let manifest = try FileStore.read("\(directory)/manifest.json")
            let layer = try FileStore.read("\(directory)/\(OCIDigest(of: artifact.layer).hexadecimal)")
            #expect(manifest == artifact.manifestBytes && layer == artifact.layer)
        }
    }

    @Test("writing, unknown paths and unknown names are refused in the registry's words")
    func refusals() {
        var content = RegistryContent()
        #expect(content.answer("GET", "/v2/").status == 200)
        #expect(content.answer("PUT", "/v2/a/b/manifests/v1").status == 405)
        #expect(content.answer("GET", "/v1/").status == 404)
        #expect(content.answer("GET", "/v2/a/b/manifests/v1").status == 404)
        #expect(content.answer("GET", "/v2/_catalog").body == Array("{\"repositories\":[]}".utf8))
        guard let artifact = try? artifact() else { return }
        content.add(artifact, repository: "a", tags: ["y", "x"])
        #expect(content.answer("GET", "/v2/a/tags/list").body == Array("{\"name\":\"a\",\"tags\":[\"x\",\"y\"]}".utf8))
        #expect(content.answer("GET", "/v2/a/blobs/sha256:00").status == 404)
    }

    @Test("equal content has the same digest on every machine, other content another")
    func digests() throws {
        #expect(try artifact().digest == (try artifact()).digest)
        #expect(try artifact("other").digest != (try artifact()).digest)
    }
}

/// What a registry recorded.
private final class RegistryLog: Sendable {
    private let entries = Mutex<[LabRegistry.Access]>([])

    func add(_ access: LabRegistry.Access) { entries.withLock { $0.append(access) } }
    var all: [LabRegistry.Access] { entries.withLock { $0 } }
}
