/// The answer to a request: its head, and a body that arrives as it is read.
package struct HTTPResponse: Sendable {
    package enum Version: String, Sendable, Hashable {
        case http10 = "1.0"
        case http11 = "1.1"
        case http2 = "2"
    }

    package var status: Int
    package var headers: HTTPHeaders
    package var version: Version
    /// The URL that answered, after redirects.
    package var url: String
    /// PEM of the certificate that the server showed; only with ``TLSSettings/Trust/unverified``.
    package var peerCertificatePEM: String?
    package var body: HTTPBody

    package var isSuccess: Bool { 200..<300 ~= status }

    /// `Content-Length`, where the server gave a sound one.
    package var contentLength: Int? { headers["content-length"].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil } }
}

/// What is known of a response when its header block has ended.
struct ResponseHead: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var version: HTTPResponse.Version
    var url: String
    var peerCertificatePEM: String?
}
