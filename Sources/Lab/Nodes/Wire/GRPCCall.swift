import Core
import NIOCore
import NIOHPACK
import NIOHTTP2
import Synchronization

/// A call as it reaches a service: one request message, an answer of any number of messages.
struct GRPCCall: Sendable {
    /// `/package.Service/Method`.
    let path: String
    let headers: HPACKHeaders
    let message: [UInt8]
    /// The address of the caller.
    let peer: String
    /// The leaf that the caller showed, DER; nil where none was asked for.
    let certificate: [UInt8]?

    func metadata(_ name: String) -> [String] { headers[name] }
}

/// What answers calls.
protocol GRPCService: Sendable {
    /// Sends any number of messages; returning ends the call well.
    ///
    /// - Throws: ``CallStatus``; anything else becomes `Unknown`.
    func answer(_ call: GRPCCall, with reply: GRPCReply) async throws
}

/// The way back to the caller.
final class GRPCReply: Sendable {
    private let channel: any Channel
    private let headersSent = Mutex(false)

    init(channel: any Channel) {
        self.channel = channel
    }

    /// Sends one message and waits until the peer's window has taken it.
    func send(_ message: [UInt8]) async throws {
        sendHeaders()
        var frame = channel.allocator.buffer(capacity: 5 + message.count)
        frame.writeInteger(UInt8(0))
        frame.writeInteger(UInt32(message.count))
        frame.writeBytes(message)
        try await channel.writeAndFlush(HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(frame)))).get()
    }

    /// Lets the caller see that the call is accepted, before any message.
    func sendHeaders() {
        let first = headersSent.withLock { sent in
            defer { sent = true }
            return !sent
        }
        guard first else { return }
        let headers: HPACKHeaders = [":status": "200", "content-type": "application/grpc"]
        channel.writeAndFlush(HTTP2Frame.FramePayload.headers(.init(headers: headers)), promise: nil)
    }

    /// Ends the call.
    func finish(_ status: CallStatus?) async {
        var trailers: HPACKHeaders = [:]
        if headersSent.withLock({ !$0 }) {
            trailers.add(name: ":status", value: "200")
            trailers.add(name: "content-type", value: "application/grpc")
        }
        trailers.add(name: "grpc-status", value: String(status?.code.rawValue ?? 0))
        if let message = status?.message, !message.isEmpty {
            trailers.add(name: "grpc-message", value: Self.percentEncoded(message))
        }
        let payload = HTTP2Frame.FramePayload.headers(.init(headers: trailers, endStream: true))
        try? await channel.writeAndFlush(payload).get()
        channel.close(promise: nil)
    }

    /// Completes when the call's stream is gone, for whatever reason.
    func closed() async {
        try? await channel.closeFuture.get()
    }

    /// Everything but printable ASCII, and the percent sign, as `%XX` (gRPC over HTTP/2, Status-Message).
    static func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            guard !(0x20...0x7E ~= byte) || byte == UInt8(ascii: "%") else { return String(UnicodeScalar(byte)) }
            let hex = String(byte, radix: 16, uppercase: true)
            return hex.count == 1 ? "%0\(hex)" : "%\(hex)"
        }.joined()
    }
}
