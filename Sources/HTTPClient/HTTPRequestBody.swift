/// What a request sends.
package enum HTTPRequestBody: Sendable {
    case none
    case bytes([UInt8])
    case stream(HTTPBodySource)

    /// A body that is read chunk by chunk as the connection takes it.
    ///
    /// - Parameter length: the number of bytes, when known; without it HTTP/1.1 sends chunks.
    package static func stream<Chunks: AsyncSequence & Sendable>(_ chunks: Chunks, length: Int? = nil) -> Self
    where Chunks.Element == [UInt8] {
        .stream(HTTPBodySource(chunks, length: length))
    }

    var isReplayable: Bool {
        if case .stream = self { return false }
        return true
    }
}

/// A request body of any asynchronous sequence, its type erased.
package struct HTTPBodySource: Sendable {
    let length: Int?
    /// Hands every chunk to the sink, which returns when there is room for the next.
    let run: @Sendable (_ sink: @Sendable ([UInt8]) async throws -> Void) async throws -> Void

    package init<Chunks: AsyncSequence & Sendable>(_ chunks: Chunks, length: Int? = nil)
    where Chunks.Element == [UInt8] {
        self.length = length
        run = { sink in
            for try await chunk in chunks where !chunk.isEmpty { try await sink(chunk) }
        }
    }
}
