package import Core
import HTTPClient

/// What a node streams, for one reader. It goes on until the node ends it, the reading task is cancelled or the stream
/// is dropped; a broken connection throws.
package struct TalosStream<Element: Sendable>: AsyncSequence, Sendable {
    package typealias Failure = Fault

    private let stream: GRPCStream
    private let decode: @Sendable ([UInt8]) throws -> [Element]
    private let fault: @Sendable (any Error) -> Fault

    /// - Parameter decode: the elements of one message.
    init(
        stream: GRPCStream, decode: @escaping @Sendable ([UInt8]) throws -> [Element],
        fault: @escaping @Sendable (any Error) -> Fault
    ) {
        self.stream = stream
        self.decode = decode
        self.fault = fault
    }

    /// Ends the call.
    package func cancel() { stream.cancel() }

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(base: stream.makeAsyncIterator(), decode: decode, fault: fault)
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        private var base: GRPCStream.AsyncIterator
        private let decode: @Sendable ([UInt8]) throws -> [Element]
        private let fault: @Sendable (any Error) -> Fault
        /// Decoded and not yet handed out, the next one last.
        private var waiting: [Element] = []

        fileprivate init(
            base: GRPCStream.AsyncIterator, decode: @escaping @Sendable ([UInt8]) throws -> [Element],
            fault: @escaping @Sendable (any Error) -> Fault
        ) {
            self.base = base
            self.decode = decode
            self.fault = fault
        }

        package mutating func next() async throws(Fault) -> Element? {
            do {
                while waiting.isEmpty {
                    guard let message = try await base.next() else { return nil }
                    waiting = try decode(message).reversed()
                }
            } catch {
                throw fault(error)
            }
            return waiting.popLast()
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(Fault) -> Element? {
            try await next()
        }
    }

    /// All that the node sends.
    ///
    /// - Parameter limit: the most elements accepted.
    package func collect(limit: Int = 10_000) async throws(Fault) -> [Element] {
        var elements: [Element] = []
        for try await element in self {
            guard elements.count < limit else {
                throw fault(Fault(.corrupted, "the node sent more than \(limit) elements"))
            }
            elements.append(element)
        }
        return elements
    }
}
