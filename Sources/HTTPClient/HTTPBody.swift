package import Core

/// The body of a response: chunks in the order of the wire, for one reader.
///
/// The server is held back while chunks wait to be read. Dropping the body before its end ends the transfer, and so
/// does cancelling the task that reads it.
package struct HTTPBody: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = Fault

    private let owner: Owner

    init(exchange: Exchange, lifetime: EngineLifetime) {
        owner = Owner(exchange: exchange, lifetime: lifetime)
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(owner: owner) }

    /// The trailer fields; empty until the body has been read to its end.
    package var trailers: HTTPHeaders { owner.exchange.trailers }

    /// Ends the transfer, if it still runs.
    package func cancel() { owner.exchange.cancel() }

    /// Reads all of the body.
    ///
    /// - Parameter limit: the most bytes accepted.
    /// - Throws: ``Fault`` `corrupted` when there are more.
    package func collect(limit: Int) async throws(Fault) -> [UInt8] {
        var bytes: [UInt8] = []
        for try await chunk in self {
            guard bytes.count + chunk.count <= limit else {
                cancel()
                throw Fault(.corrupted, "the response is larger than \(limit) bytes", at: owner.exchange.url)
            }
            bytes.append(contentsOf: chunk)
        }
        return bytes
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let owner: Owner

        package mutating func next() async throws(Fault) -> [UInt8]? {
            try await owner.exchange.next().get()
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(Fault) -> [UInt8]? {
            try await owner.exchange.next().get()
        }
    }

    /// Ends the transfer with its last reader.
    fileprivate final class Owner: Sendable {
        let exchange: Exchange
        let lifetime: EngineLifetime

        init(exchange: Exchange, lifetime: EngineLifetime) {
            self.exchange = exchange
            self.lifetime = lifetime
        }

        deinit { exchange.cancel() }
    }
}
