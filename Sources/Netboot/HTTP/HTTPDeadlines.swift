import NIOCore
import NIOHTTP1

/// Closes a connection whose request does not become complete, and one whose answer makes no progress.
final class HTTPDeadlines: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// For a whole request, and between two requests of a connection.
    private static let request = TimeAmount.seconds(60)
    /// Between two parts of an answer: iPXE's own patience.
    private static let progress = TimeAmount.seconds(120)

    private var deadline: Scheduled<Void>?

    func channelActive(context: ChannelHandlerContext) {
        arm(Self.request, context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .end = unwrapInboundIn(data) { arm(Self.progress, context) }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let isLast = if case .end = unwrapOutboundIn(data) { true } else { false }
        arm(isLast ? Self.request : Self.progress, context)
        context.write(data, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    private func arm(_ amount: TimeAmount, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: amount) { context.close(promise: nil) }
    }
}
