import HummingbirdCore
import NIOCore

/// Takes in a request's body up to the limit.
struct RequestBodyReader {
    /// Nil when the body was too large.
    var bytes: [UInt8]?
    /// Whether the body was read to its end, so that the connection can go on.
    var isDrained: Bool

    /// How much of a body that is too large is read, so that its sender reads the refusal.
    private static let drainLimit = 16 << 20

    static func read(_ body: RequestBody) async throws -> RequestBodyReader {
        var bytes: [UInt8] = []
        var total = 0
        for try await part in body {
            total += part.readableBytes
            if total <= APIRequest.bodyLimit {
                bytes.append(contentsOf: part.readableBytesView)
            } else {
                bytes = []
            }
            if total > drainLimit { return RequestBodyReader(bytes: nil, isDrained: false) }
        }
        return RequestBodyReader(bytes: total <= APIRequest.bodyLimit ? bytes : nil, isDrained: true)
    }
}
