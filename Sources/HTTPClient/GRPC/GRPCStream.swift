import Core

/// The messages that a server streams, for one reader. Dropping it, or cancelling the reading task, ends the call.
///
/// The sequence ends when the server reports success; otherwise it throws ``GRPCStatus``, or ``Fault`` when the
/// connection breaks.
package struct GRPCStream: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = any Error

    /// What the server sent ahead of the messages.
    package let metadata: HTTPHeaders
    private let response: HTTPResponse

    /// - Throws: ``GRPCStatus`` when the response is no gRPC response, or reports a failure at once.
    init(_ response: HTTPResponse) throws(GRPCStatus) {
        guard response.status == 200 else { throw GRPCStatus(http: response.status) }
        guard response.headers["content-type"]?.hasPrefix("application/grpc") == true else {
            throw GRPCStatus(.unknown, "the server's answer is not gRPC")
        }
        if let status = GRPCStatus(response.headers), status.code != .ok { throw status }
        metadata = response.headers
        self.response = response
    }

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(response: response, body: response.body.makeAsyncIterator())
    }

    /// The trailing metadata; empty until the stream has been read to its end.
    package var trailers: HTTPHeaders { response.body.trailers }

    /// Ends the call.
    package func cancel() { response.body.cancel() }

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let response: HTTPResponse
        fileprivate var body: HTTPBody.AsyncIterator
        private var decoder = GRPCFrameDecoder()

        fileprivate init(response: HTTPResponse, body: HTTPBody.AsyncIterator) {
            self.response = response
            self.body = body
        }

        package mutating func next() async throws -> [UInt8]? {
            while true {
                if let message = try decoder.next() { return message }
                let chunk: [UInt8]?
                do throws(Fault) {
                    chunk = try await body.next()
                } catch {
                    if let status = GRPCStatus(response.body.trailers) { throw status }
                    throw error
                }
                guard let chunk else { return try end() }
                decoder.append(chunk)
            }
        }

        private func end() throws -> [UInt8]? {
            guard let status = GRPCStatus(response.body.trailers) ?? GRPCStatus(response.headers) else {
                throw Fault(.unreachable, "the server ended the call without a status", at: response.url)
            }
            guard status.code == .ok else { throw status }
            guard !decoder.isMidMessage else {
                throw Fault(.corrupted, "the server's last message is cut short", at: response.url)
            }
            return nil
        }
    }
}
