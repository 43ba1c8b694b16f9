/// The length-prefixed messages of gRPC: one byte of compression flag, four of length, the message.
enum GRPCFrame {
    /// The largest message in either direction; apid uses the same bound.
    static let limit = 32 << 20

    static func encode(_ message: [UInt8]) -> [UInt8] {
        let count = UInt32(message.count)
        var frame: [UInt8] = [0]
        frame.reserveCapacity(5 + message.count)
        for shift in [24, 16, 8, 0] as [UInt32] { frame.append(UInt8(truncatingIfNeeded: count >> shift)) }
        frame.append(contentsOf: message)
        return frame
    }
}

/// Cuts a stream of bytes into messages.
struct GRPCFrameDecoder {
    private var buffer: [UInt8] = []
    private var start = 0
    private let limit: Int

    init(limit: Int = GRPCFrame.limit) {
        self.limit = limit
    }

    mutating func append(_ bytes: [UInt8]) {
        if start == buffer.count {
            buffer = bytes
            start = 0
        } else {
            buffer.append(contentsOf: bytes)
        }
    }

    /// The next whole message; nil when more bytes are needed.
    ///
    /// - Throws: ``GRPCStatus`` for a compressed or too large message.
    mutating func next() throws(GRPCStatus) -> [UInt8]? {
        guard buffer.count - start >= 5 else { return nil }
        guard buffer[start] == 0 else {
            throw GRPCStatus(.internal, "the server sent a compressed message, which was not asked for")
        }
        let length = buffer[start + 1...start + 4].reduce(0) { $0 << 8 | Int($1) }
        guard length <= limit else {
            throw GRPCStatus(.resourceExhausted, "a message of \(length) bytes is larger than \(limit)")
        }
        guard buffer.count - start - 5 >= length else {
            compact()
            return nil
        }
        let message = Array(buffer[start + 5..<start + 5 + length])
        start += 5 + length
        if start > 64 << 10 { compact() }
        return message
    }

    /// Whether bytes of an unfinished message are left.
    var isMidMessage: Bool { start < buffer.count }

    private mutating func compact() {
        guard start > 0 else { return }
        buffer.removeFirst(start)
        start = 0
    }
}
