package import Core
import Synchronization

/// The HTTP client of the house: libcurl on a thread of its own behind async functions.
///
/// One client is meant to be shared: it keeps connections and reuses them between requests with equal TLS settings.
/// Every failure is a ``Fault`` with the URL as its location: `unreachable`, `timeout`, `denied` (a certificate or key
/// was refused on either side), `corrupted` (the answer breaks HTTP or a limit), `cancelled`, `usage`.
package final class HTTPClient: Sendable {
    package struct Configuration: Sendable {
        /// Sent unless the request has its own `User-Agent`.
        package var userAgent: String
        /// The most bytes of header and trailer fields in one response.
        package var headerLimit: Int
        /// The most connections kept open for later requests.
        package var idleConnections: Int
        /// Where `Retry-After` dates are read against.
        package var wallClock: any WallClock
        /// A number from 0 to 1 that spreads retries.
        package var jitter: @Sendable () -> Double

        package init(
            userAgent: String = "cozy-bootstrap", headerLimit: Int = 64 << 10, idleConnections: Int = 128,
            wallClock: any WallClock = SystemWallClock(),
            jitter: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
        ) {
            self.userAgent = userAgent
            self.headerLimit = headerLimit
            self.idleConnections = idleConnections
            self.wallClock = wallClock
            self.jitter = jitter
        }
    }

    let configuration: Configuration
    private let lifetime: EngineLifetime

    package init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
        lifetime = EngineLifetime(idleConnections: configuration.idleConnections)
    }

    /// Ends every transfer; later requests fail with `cancelled`. Without it, the client ends with its last holder.
    package func close() {
        lifetime.engine.stop()
    }

    /// Sends the request and returns when the head of the response is there. Any status is a response, not an error.
    ///
    /// A streamed request body is read while this call runs, and no longer.
    package func execute(_ request: HTTPRequest) async throws(Fault) -> HTTPResponse {
        try await attempting(request) { request, timeout throws(TransferFailure) in
            let response = try await self.perform(request, timeout: timeout)
            return (response, ())
        }.0
    }

    /// Sends the request and reads the whole response.
    ///
    /// - Parameter limit: the most bytes of body accepted.
    package func collect(
        _ request: HTTPRequest, limit: Int = 16 << 20
    ) async throws(Fault) -> (head: HTTPResponse, body: [UInt8]) {
        let answer = try await attempting(request) { request, timeout throws(TransferFailure) in
            let response = try await self.perform(request, timeout: timeout)
            do throws(Fault) {
                return (response, try await response.body.collect(limit: limit))
            } catch {
                throw TransferFailure(error, sent: true)
            }
        }
        return (head: answer.0, body: answer.1)
    }

    /// One attempt.
    func perform(
        _ request: HTTPRequest, timeout: Duration?, handshakeOnly: Bool = false
    ) async throws(TransferFailure) -> HTTPResponse {
        let engine = lifetime.engine
        let exchange = Exchange(id: engine.makeID(), url: request.url, engine: engine)
        let body = HTTPBody(exchange: exchange, lifetime: lifetime)
        let plan = TransferPlan(
            request: request, timeout: timeout, headerLimit: configuration.headerLimit,
            userAgent: configuration.userAgent, handshakeOnly: handshakeOnly)
        engine.post(.start(exchange, plan))
        let head: ResponseHead
        if case .stream(let source) = request.body {
            head = try await exchange.head(sending: source).get()
        } else {
            head = try await exchange.head().get()
        }
        guard request.version != .http2 && request.version != .http2PriorKnowledge || head.version == .http2 else {
            let fault = Fault(.failed, "the server does not speak HTTP/2", at: request.url)
            throw TransferFailure(fault, sent: true)
        }
        return HTTPResponse(
            status: head.status, headers: head.headers, version: head.version, url: head.url,
            peerCertificatePEM: head.peerCertificatePEM, body: body)
    }
}
