import NIOCore
import NIOHPACK
import NIOHTTP2

/// Collects the request of one HTTP/2 stream and hands the call over once the caller has finished it.
final class GRPCStreamHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    /// Talos' bound on a message, both ways.
    static let messageLimit = 32 << 20

    private let certificate: [UInt8]?
    private let deliver: @Sendable (GRPCCall, GRPCReply) -> Void
    private var headers: HPACKHeaders?
    private var body = ByteBuffer()
    private var isDone = false

    init(certificate: [UInt8]?, deliver: @escaping @Sendable (GRPCCall, GRPCReply) -> Void) {
        self.certificate = certificate
        self.deliver = deliver
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return }
        switch unwrapInboundIn(data) {
        case .headers(let payload):
            if headers == nil { headers = payload.headers }
            if payload.endStream { dispatch(context) }
        case .data(let payload):
            if case .byteBuffer(var bytes) = payload.data { body.writeBuffer(&bytes) }
            guard body.readableBytes <= Self.messageLimit + 5 else {
                isDone = true
                context.close(promise: nil)
                return
            }
            if payload.endStream { dispatch(context) }
        default:
            break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func dispatch(_ context: ChannelHandlerContext) {
        isDone = true
        let reply = GRPCReply(channel: context.channel)
        guard let headers, headers.first(name: ":method") == "POST",
            headers.first(name: "content-type")?.hasPrefix("application/grpc") == true,
            let path = headers.first(name: ":path")
        else {
            let refusal: HPACKHeaders = [":status": "415"]
            let payload = HTTP2Frame.FramePayload.headers(.init(headers: refusal, endStream: true))
            context.writeAndFlush(wrapOutboundOut(payload), promise: nil)
            context.close(promise: nil)
            return
        }
        let peer = context.channel.parent?.remoteAddress?.ipAddress ?? ""
        let call = GRPCCall(path: path, headers: headers, message: message(), peer: peer, certificate: certificate)
        deliver(call, reply)
    }

    /// The one message of the request; empty when there is none or it is compressed, which no caller was offered.
    private func message() -> [UInt8] {
        guard let compressed: UInt8 = body.readInteger(), compressed == 0, let length: UInt32 = body.readInteger(),
            let bytes = body.readBytes(length: Int(length))
        else { return [] }
        return bytes
    }
}
