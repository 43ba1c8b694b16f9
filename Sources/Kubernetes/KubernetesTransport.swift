package import Core

/// One request to an API server.
package struct KubernetesRequest: Sendable {
    package var method: String
    /// Path and query, percent-encoded.
    package var target: String
    package var accept: String
    package var contentType: String?
    package var body: [UInt8]
    /// The longest time for the whole exchange.
    package var deadline: Duration?

    package init(
        _ method: String, _ target: String, accept: String = "application/json", contentType: String? = nil,
        body: [UInt8] = [], deadline: Duration? = .seconds(60)
    ) {
        self.method = method
        self.target = target
        self.accept = accept
        self.contentType = contentType
        self.body = body
        self.deadline = deadline
    }
}

/// The head of an answer, and its body unless it is streamed.
package struct KubernetesAnswer: Sendable {
    package var status: Int
    package var retryAfter: Duration?
    package var body: [UInt8]

    package init(status: Int, retryAfter: Duration? = nil, body: [UInt8] = []) {
        self.status = status
        self.retryAfter = retryAfter
        self.body = body
    }
}

/// The bytes of a streamed answer, in the pieces in which they arrive.
package typealias KubernetesBody = any AsyncSequence<[UInt8], Fault> & Sendable

/// What carries requests to an API server.
///
/// Errors thrown are about the way (``Core/Fault`` `unreachable`, `timeout`, `denied`); an answer of any status is
/// returned. Cancelling the calling task ends the exchange.
package protocol KubernetesTransport: Sendable {
    /// Sends a request and reads the whole answer, of at most `limit` bytes.
    func collect(_ request: KubernetesRequest, limit: Int) async throws -> KubernetesAnswer

    /// Sends a request and hands out the body as it comes.
    func stream(_ request: KubernetesRequest) async throws -> (head: KubernetesAnswer, body: KubernetesBody)
}
