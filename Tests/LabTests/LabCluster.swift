import Core
import Embedded
import HTTPClient
import Kubernetes
import Lab
import PKI
import Packages
import Synchronization
import Testing
import YAML

/// The lab's Kubernetes API on a loopback port of its own, with its certificates, for as long as a test's body runs.
struct LabCluster: Sendable {
    let http: HTTPClient
    let log: AccessLog
    let kubernetes: LabKubernetes
    let access: KubernetesAccess
    /// The client of the test itself: an administrator.
    let client: KubernetesClient
    private let authority: CertificateAuthority

    /// Starts the API, runs the body, stops the API.
    static func run<Result: Sendable>(
        options: LabKubernetes.Options = LabKubernetes.Options(),
        _ body: @Sendable (LabCluster) async throws -> Result
    ) async throws -> Result {
        let clock = SystemWallClock()
        let authority = try CertificateAuthority.create(.kubernetes, clock: clock)
        let server = try authority.issue(
            CertificateRequest(
                commonName: "kube-apiserver", usage: .server, dnsNames: ["kubernetes"],
                ipAddresses: [IPAddress(v4: 127, 0, 0, 1)], validity: .seconds(3600)), clock: clock)
        let admin = try authority.issue(
            CertificateRequest(
                commonName: "admin", organizations: ["system:masters"], usage: .client, validity: .seconds(3600)),
            clock: clock)
        let log = try AccessLog(path: nil)
        let kubernetes = LabKubernetes(accessLog: log, options: options)
        let ports = AsyncStream.makeStream(of: Int.self)
        let http = HTTPClient()
        defer { http.close() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await kubernetes.serve(
                    address: "127.0.0.1", port: 0, certificatePEM: server.certificate.pem,
                    keyPEM: server.key.pkcs8PEM, clientCAPEM: authority.certificate.pem
                ) { ports.continuation.yield($0) }
            }
            var iterator = ports.stream.makeAsyncIterator()
            let port = try #require(await iterator.next())
            let access = KubernetesAccess(
                server: "https://127.0.0.1:\(port)", trust: .authorities(authority.certificate.pem),
                credentials: .certificate(admin.certificate.pem, key: Secret(admin.key.pem)))
            let client = try KubernetesClient(access: access, http: http, userAgent: "test/1")
            let cluster = LabCluster(
                http: http, log: log, kubernetes: kubernetes, access: access, client: client, authority: authority)
            defer { group.cancelAll() }
            return try await body(cluster)
        }
    }

    /// A client under another name.
    func client(_ userAgent: String) throws -> KubernetesClient {
        try KubernetesClient(access: access, http: http, userAgent: userAgent)
    }

    /// Installs the CRDs of Flux and Cozystack and all that comes with Flux, as a bootstrap does.
    ///
    /// - Parameter kinds: only the CRDs of these kinds; nil installs all.
    func installFlux(only kinds: Set<String>? = nil) async throws {
        let objects = try Self.manifests.get().filter { object in
            guard let kinds, object.kind == "CustomResourceDefinition" else { return true }
            return kinds.contains(object["spec", "names", "kind"]?.string ?? "")
        }
        try await client.applyManifest(objects, fieldManager: "cozystack-operator", poll: .milliseconds(20))
        try await client.apply(PlatformObjects.systemNamespace, fieldManager: "cozystack-operator", force: true)
    }

    /// Parsed once for all tests.
    private static let manifests = Result {
        let embedded = Embedded()
        var objects: [KubernetesObject] = []
        for file in try Release.load(embedded: embedded).embeddedFiles {
            guard let name = file.embedded else { continue }
            for document in try YAML.parse(embedded.text(name), file: name) where !document.isNull {
                objects.append(KubernetesObject(try document.json(file: name)))
            }
        }
        return objects
    }

    /// Registers a node that has no network yet, as a kubelet does.
    func register(node name: String) async throws {
        var node = KubernetesObject(.node, name: name)
        node.spec = ["taints": [["key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"]]]
        let created = try await client.create(node)
        let condition = Condition("Ready", .no, reason: "KubeletNotReady", message: "cni plugin not initialized")
        try await client.mergePatch(
            .node, created.name, ["status": ["conditions": [condition.json]]], subresource: "status")
    }
}

/// What the lab's Flux pulls in tests: files that a test can exchange.
final class FileSource: ArtifactSource {
    private let files: Mutex<FileTree>

    init(_ files: FileTree) {
        self.files = Mutex(files)
    }

    convenience init(texts: [String: String]) {
        self.init(FileTree(texts.mapValues { Array($0.utf8) }))
    }

    func change(_ path: String, _ text: String) {
        files.withLock { $0[path] = .file(Array(text.utf8)) }
    }

    func fetch(_ reference: ArtifactReference) async throws -> FetchedArtifact {
        guard let digest = reference.digest else { throw Fault(.notFound, "no such tag", at: reference.url) }
        return FetchedArtifact(
            digest: digest, annotations: ["org.opencontainers.image.revision": "v1"],
            tree: files.withLock { $0 })
    }
}

/// Waits until a question is answered with yes; false after the patience.
func eventually(
    within patience: Duration = .seconds(30), _ condition: () async throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + patience
    while try await !condition() {
        guard ContinuousClock.now < deadline else { return false }
        try await Task.sleep(for: .milliseconds(5))
    }
    return true
}
