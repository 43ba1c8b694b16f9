package import Core
package import HTTPClient
import PKI

extension KubernetesClient {
    /// A client for one cluster.
    ///
    /// - Parameter userAgent: names the caller in the server's logs, as `cozy-bootstrap/1.0`; nil takes the HTTP
    ///   client's own.
    /// - Throws: ``Core/Fault`` `usage` or `corrupted` when the key of the credentials cannot be read.
    package init(
        access: KubernetesAccess, http: HTTPClient, userAgent: String? = nil, behaviour: Behaviour = Behaviour()
    ) throws(Fault) {
        self.init(transport: try HTTPTransport(access: access, http: http, userAgent: userAgent), behaviour: behaviour)
    }
}

/// Requests to an API server over HTTP.
struct HTTPTransport: KubernetesTransport {
    private let access: KubernetesAccess
    private let http: HTTPClient
    private let userAgent: String?
    private let tls: TLSSettings
    private let server: String
    private let proxy: HTTPRequest.Proxy

    init(access: KubernetesAccess, http: HTTPClient, userAgent: String?) throws(Fault) {
        self.access = access
        self.http = http
        self.userAgent = userAgent
        server = access.server.hasSuffix("/") ? String(access.server.dropLast()) : access.server
        proxy = Self.proxy(access)
        let trust: TLSSettings.Trust =
            switch access.trust {
            case .system: .system
            case .authorities(let pem): .authorities(pem: pem)
            case .anybody: .unverified
            }
        var identity: TLSSettings.Identity?
        if case .certificate(let certificate, let key) = access.credentials {
            let pkcs8 = try PrivateKey(pem: key.revealed).pkcs8PEM
            identity = TLSSettings.Identity(certificatePEM: certificate, keyPEM: Secret(pkcs8))
        }
        tls = TLSSettings(trust: trust, identity: identity)
    }

    func collect(_ request: KubernetesRequest, limit: Int) async throws -> KubernetesAnswer {
        let (head, body) = try await http.collect(try httpRequest(request), limit: limit)
        return answer(head, body)
    }

    func stream(_ request: KubernetesRequest) async throws -> (head: KubernetesAnswer, body: KubernetesBody) {
        let response = try await http.execute(try httpRequest(request))
        return (answer(response, []), response.body)
    }

    private func answer(_ response: HTTPResponse, _ body: [UInt8]) -> KubernetesAnswer {
        let seconds = response.headers["retry-after"].flatMap { Int($0) }
        return KubernetesAnswer(
            status: response.status, retryAfter: seconds.map { .seconds(min(max($0, 0), 3600)) }, body: body)
    }

    private func httpRequest(_ request: KubernetesRequest) throws(Fault) -> HTTPRequest {
        guard let method = HTTPMethod(rawValue: request.method) else {
            throw Fault(.usage, "no HTTP method \(request.method)", at: request.call)
        }
        var headers: HTTPHeaders = ["Accept": request.accept]
        if let userAgent { headers["User-Agent"] = userAgent }
        if let contentType = request.contentType { headers["Content-Type"] = contentType }
        if let authorization = try authorization() { headers["Authorization"] = authorization }
        return HTTPRequest(
            method, server + request.target, headers: headers,
            body: request.body.isEmpty ? .none : .bytes(request.body),
            tls: tls, connectTo: access.connectTo.map { HTTPRequest.Endpoint(host: $0.host, port: $0.port) },
            // A connection for each exchange: with HTTP/2, libcurl 7.88 cannot give up a watch without breaking the
            // requests beside it.
            version: .http1, proxy: proxy, deadline: request.deadline, redirects: 0)
    }

    /// The one that is named; else that of the environment, but never for a place that was named in the URL's stead or
    /// for this machine, as Go's clients have it.
    private static func proxy(_ access: KubernetesAccess) -> HTTPRequest.Proxy {
        if let proxy = access.proxy { return .url(proxy) }
        let host = ServerURL(access.server)?.host ?? ""
        let isHere = host == "localhost" || host == "::1" || (IPAddress(host)?.isIPv4 == true && host.hasPrefix("127."))
        return access.connectTo != nil || isHere ? .none : .environment
    }

    private func authorization() throws(Fault) -> String? {
        switch access.credentials {
        case .anonymous, .certificate: return nil
        case .token(let token): return "Bearer \(token.revealed)"
        case .tokenFile(let path):
            let token = try FileStore.readText(path, limit: 64 << 10)
            return "Bearer \(token.filter { !$0.isWhitespace })"
        case .password(let user, let password):
            return "Basic \(Base64.encode(Array("\(user):\(password.revealed)".utf8)))"
        }
    }
}
