package import Core

/// Cuts the body of a watch into its frames: one JSON document a line, however the bytes arrive.
package struct WatchFrameDecoder: Sendable {
    /// The most bytes of one frame. Objects of etcd stay below 1.5 MB; managed fields and encoding add to that.
    package static let frameLimit = 8 << 20

    private let limit: Int
    private var partial: [UInt8] = []

    package init(limit: Int = WatchFrameDecoder.frameLimit) {
        self.limit = limit
    }

    /// Takes bytes and returns the frames that they complete, without line ends; empty lines are skipped.
    ///
    /// - Throws: ``Core/Fault`` `corrupted` for a frame above the limit.
    package mutating func push(_ bytes: [UInt8]) throws(Fault) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            try take(bytes[start..<end])
            if partial.last == 0x0D { partial.removeLast() }
            if !partial.isEmpty { frames.append(partial) }
            partial = []
            start = end + 1
        }
        try take(bytes[start...])
        return frames
    }

    /// The bytes of a frame that has begun and not ended.
    package var pending: Int { partial.count }

    private mutating func take(_ bytes: ArraySlice<UInt8>) throws(Fault) {
        guard partial.count + bytes.count <= limit else {
            throw Fault(.corrupted, "a frame of a Kubernetes watch is larger than \(limit) bytes")
        }
        partial.append(contentsOf: bytes)
    }
}
