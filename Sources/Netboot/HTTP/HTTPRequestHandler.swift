import NIOCore
import NIOHTTP1

/// Hands complete requests of a connection to the task that answers them. The pipeline in front of it holds back the
/// next request until this one is answered, so that at most one waits.
final class HTTPRequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    /// No request of ours has a body; what a client sends nevertheless is read and dropped.
    private static let bodyLimit = 64 << 10

    private let requests: AsyncStream<HTTPRequestHead>.Continuation
    private var head: HTTPRequestHead?
    private var bodyLength = 0

    init(requests: AsyncStream<HTTPRequestHead>.Continuation) {
        self.requests = requests
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let new):
            (head, bodyLength) = (new, 0)
        case .body(let bytes):
            bodyLength += bytes.readableBytes
            if bodyLength > Self.bodyLimit { context.close(promise: nil) }
        case .end:
            if let head { requests.yield(head) }
            head = nil
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        requests.finish()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
