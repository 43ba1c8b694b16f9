import Core
import Glibc
import Lab
import PKI
import Synchronization

/// The lab's API behind a real socket, for the time of a test, with a kubeconfig for real clients.
struct RunningAPI: Sendable {
    let api: LabKubernetes
    let log: AccessLog
    let directory: String
    let port: Int
    var host = RunningAPI.address
    static let address = "127.20.1.1"

    var url: String { "https://\(host):\(port)" }

    /// Starts an API, runs the body, stops the API.
    static func with(
        options: LabKubernetes.Options = LabKubernetes.Options(bookmarkInterval: .milliseconds(200)),
        clock: any WallClock = SystemWallClock(), _ body: @escaping @Sendable (RunningAPI) async throws -> Void
    ) async throws {
        var template = Array("/tmp/cozy-api.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Fault(.failed, "no temporary directory") }
        let directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let log = try AccessLog(path: directory + "/access.jsonl")
        let api = LabKubernetes(accessLog: log, clock: clock, options: options)
        let result = try await APIListening.during(api) { port in
            try APICredentials.shared.write(to: directory, server: "https://\(address):\(port)")
            try await body(RunningAPI(api: api, log: log, directory: directory, port: port))
        }
        _ = try await APICommand.run(["rm", "-rf", directory])
        try result.get()
    }

    // MARK: Clients

    /// The oldest and the newest kubectl of the machine.
    static let kubectls: [String] = {
        let versions = (24...40).map { "/usr/lib/google-cloud-sdk/bin/kubectl.1.\($0)" }.filter(FileStore.exists)
        let plain = ["/usr/bin/kubectl", "/usr/local/bin/kubectl"].filter(FileStore.exists)
        let found = [versions.first, versions.last ?? plain.first].compactMap(\.self)
        return found.isEmpty ? ["kubectl"] : found
    }()

    func kubectl(
        _ arguments: [String], binary: String = kubectls.last ?? "kubectl", input: String = "", seconds: Int = 60
    )
        async throws -> APICommand.Outcome
    {
        try await APICommand.run(
            [binary, "--cache-dir", "\(directory)/cache", "--kubeconfig", "\(directory)/kubeconfig"] + arguments,
            input: input,
            environment: ["HOME": directory], seconds: seconds)
    }

    /// An answer to a raw request.
    struct Answer: Sendable {
        var status: Int
        var text: String
        var headers: String

        var json: JSON { (try? JSON(parsing: text)) ?? .null }
        /// The lines of a watch.
        var events: [JSON] { text.split(separator: "\n").compactMap { try? JSON(parsing: String($0)) } }
        var causes: [String] {
            (json["details"]?["causes"]?.array ?? []).map {
                "\($0["field"]?.string ?? "") \($0["reason"]?.string ?? "")"
            }
        }
    }

    /// Sends a request with curl, an independent client.
    func call(
        _ method: String, _ path: String, _ body: JSON? = nil, type: String = "application/json", text: String? = nil,
        options: [String] = []
    ) async throws -> Answer {
        var arguments = [
            "curl", "-sS", "-X", method, "--cacert", "\(directory)/ca.crt", "--cert", "\(directory)/admin.crt", "--key",
            "\(directory)/admin.key", "-D", "\(directory)/headers-\(UInt32.random(in: 0...UInt32.max))",
        ]
        let headers = arguments[arguments.count - 1]
        let sent = text ?? body?.description
        if sent != nil { arguments += ["-H", "Content-Type: \(type)", "--data-binary", "@-"] }
        arguments += options + ["\(url)\(path)"]
        let outcome = try await APICommand.run(arguments, input: sent ?? "")
        let head = (try? FileStore.readText(headers)) ?? ""
        let status = head.split(separator: "\r\n").last { $0.hasPrefix("HTTP/") }?.split(separator: " ")[1]
        return Answer(
            status: status.flatMap { Int($0) } ?? 0, text: outcome.output + (status == nil ? outcome.errors : ""),
            headers: head)
    }

    /// Applies an object server-side.
    func apply(
        _ path: String, _ object: JSON, manager: String, force: Bool = false, query: String = ""
    ) async throws -> Answer {
        try await call(
            "PATCH", "\(path)?fieldManager=\(manager)\(force ? "&force=true" : "")\(query)", object,
            type: "application/apply-patch+yaml")
    }

    func object(_ path: String) async throws -> JSON { try await call("GET", path).json }
}

/// Serving for the time of a body.
enum APIListening {
    static func during(
        _ api: LabKubernetes, address: String = RunningAPI.address, port: Int = 0, node: String? = "node-1",
        _ body: @Sendable @escaping (Int) async throws -> Void
    ) async throws -> Result<Void, any Error> {
        let credentials = try APICredentials.shared
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { continuation.finish() }
                try await api.serve(
                    address: address, port: port, certificatePEM: credentials.server.certificate.pem,
                    keyPEM: credentials.server.key.pkcs8PEM, clientCAPEM: credentials.authority.certificate.pem,
                    node: node
                ) { continuation.yield($0) }
            }
            var iterator = ports.makeAsyncIterator()
            guard let port = await iterator.next() else {
                try await group.waitForAll()
                throw Fault(.failed, "the API did not come up")
            }
            let result: Result<Void, any Error>
            do {
                try await body(port)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            try await group.waitForAll()
            return result
        }
    }
}

/// A Kubernetes authority with a server's and an administrator's certificate.
struct APICredentials: Sendable {
    let authority: CertificateAuthority
    let server: Identity
    let admin: Identity

    static var shared: APICredentials { get throws { try made.get() } }
    private static let made = Result { try APICredentials() }

    init() throws {
        let clock = SystemWallClock()
        authority = try .create(.kubernetes, clock: clock)
        let addresses = (1...3).map { IPAddress(v4: 127, 20, 1, $0) }
        server = try authority.issue(
            CertificateRequest(
                commonName: "kube-apiserver", usage: .server, dnsNames: ["kubernetes"], ipAddresses: addresses,
                validity: .seconds(3600)), clock: clock)
        admin = try authority.issue(
            CertificateRequest(
                commonName: "admin", organizations: ["system:masters"], usage: .client, validity: .seconds(3600)),
            clock: clock)
    }

    func write(to directory: String, server url: String) throws {
        try FileStore.replace(directory + "/ca.crt", with: Array(authority.certificate.pem.utf8))
        try FileStore.replace(directory + "/admin.crt", with: Array(admin.certificate.pem.utf8))
        try FileStore.replace(directory + "/admin.key", with: Array(admin.key.pkcs8PEM.utf8))
        let kubeconfig = """
            apiVersion: v1
            kind: Config
            current-context: lab
            contexts: [{name: lab, context: {cluster: lab, user: admin}}]
            clusters: [{name: lab, cluster: {server: "\(url)", certificate-authority: \(directory)/ca.crt}}]
            users: [{name: admin, user: {client-certificate: \(directory)/admin.crt, client-key: \(directory)/admin.key}}]
            """
        try FileStore.replace(directory + "/kubeconfig", with: Array(kubeconfig.utf8))
    }
}

/// Files that the project is developed beside.
enum ReleaseData {
    /// `../shared/data/cozystack-v1.6.2` beside the package.
    static let release: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(5).joined(separator: "/") + "/shared/data/cozystack-v1.6.2"
    }()
}
