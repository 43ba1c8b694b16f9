import Core

package enum HTTPMethod: String, Sendable, Hashable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"

    /// Whether sending it twice means the same as sending it once (RFC 9110, 9.2.2).
    package var isIdempotent: Bool { self != .post && self != .patch }
}

/// One HTTP request and how it shall be carried.
package struct HTTPRequest: Sendable {
    package enum Version: Sendable, Hashable {
        /// HTTP/2 where TLS negotiates it, else HTTP/1.1.
        case automatic
        case http1
        /// HTTP/2 over TLS or nothing.
        case http2
        /// HTTP/2 in clear text without an upgrade; every request has a connection of its own.
        case http2PriorKnowledge
    }

    package enum Proxy: Sendable, Hashable {
        /// What `http_proxy`, `https_proxy` and `no_proxy` say.
        case environment
        case none
        case url(String)
    }

    /// Another place to dial than the URL names; the URL's name is still the one verified and sent.
    package struct Endpoint: Sendable, Hashable {
        package var host: String
        package var port: Int

        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    package var method: HTTPMethod
    package var url: String
    package var headers: HTTPHeaders
    package var body: HTTPRequestBody
    package var tls: TLSSettings
    package var connectTo: Endpoint?
    package var version: Version
    package var proxy: Proxy
    /// From the call to the last byte of the response, over all attempts. nil: none.
    package var deadline: Duration?
    /// The longest time without a byte in either direction while neither side of this process holds the transfer back.
    package var idleTimeout: Duration?
    /// For name resolution, TCP and TLS together, an attempt.
    package var connectTimeout: Duration
    package var retry: RetryPolicy
    /// The most redirects to follow. Only GET and HEAD follow any; none are followed with a client certificate or a
    /// pinned key, and none from https to http.
    package var redirects: Int
    /// Opens a connection for this request alone.
    package var freshConnection: Bool

    package init(
        _ method: HTTPMethod = .get, _ url: String, headers: HTTPHeaders = [:], body: HTTPRequestBody = .none,
        tls: TLSSettings = TLSSettings(), connectTo: Endpoint? = nil, version: Version = .automatic,
        proxy: Proxy = .environment, deadline: Duration? = nil, idleTimeout: Duration? = nil,
        connectTimeout: Duration = .seconds(10), retry: RetryPolicy = .none, redirects: Int = 5,
        freshConnection: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.tls = tls
        self.connectTo = connectTo
        self.version = version
        self.proxy = proxy
        self.deadline = deadline
        self.idleTimeout = idleTimeout
        self.connectTimeout = connectTimeout
        self.retry = retry
        self.redirects = redirects
        self.freshConnection = freshConnection
    }

    /// Refuses what would be another request on the wire than the one written down.
    func validate() throws(Fault) {
        guard url.hasPrefix("https://") || url.hasPrefix("http://"),
            url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { throw Fault(.usage, "the URL is not an absolute http or https URL", at: url) }
        guard !url.dropFirst(url.hasPrefix("https") ? 8 : 7).prefix(while: { $0 != "/" && $0 != "?" }).contains("@")
        else {
            throw Fault(.usage, "credentials do not belong into a URL", next: "send them in a header")
        }
        guard headers.isWellFormed else { throw Fault(.usage, "a header field holds forbidden characters", at: url) }
        if case .pinned(let pins) = tls.trust, pins.isEmpty || !pins.allSatisfy(isPin) {
            throw Fault(
                .usage, "a key pin is not the base64 of a SHA-256", at: url,
                next: "give the fingerprint as the node prints it: 44 characters ending in \"=\"")
        }
        if let connectTo, !(1...65535 ~= connectTo.port) || connectTo.host.contains(where: { " /@".contains($0) }) {
            throw Fault(.usage, "\(connectTo.host):\(connectTo.port) is no place to connect to", at: url)
        }
    }

    /// How many redirects this request really may follow.
    var allowedRedirects: Int {
        guard method == .get || method == .head, tls.identity == nil else { return 0 }
        if case .pinned = tls.trust { return 0 }
        return redirects
    }
}

private func isPin(_ text: String) -> Bool {
    text.utf8.count == 44 && text.hasSuffix("=")
        && text.utf8.dropLast().allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "/"): true
            default: false
            }
        }
}
