import Core
import NIOCore
import NetbootWire

/// The socket around ``TFTPEngine``. It lives on its channel's event loop, which is the only thing that touches it.
final class TFTPHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private static let tick = TimeAmount.milliseconds(250)

    private var engine: TFTPEngine
    private let events: NetbootEvents
    private let start = ContinuousClock.now
    private var isTicking = false

    init(engine: TFTPEngine, events: NetbootEvents) {
        self.engine = engine
        self.events = events
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let address = IPAddress(envelope.remoteAddress), let port = envelope.remoteAddress.port else { return }
        let peer = TFTPEngine.Peer(address: address, port: port)
        perform(engine.on(envelope.data.readableBytesView, from: peer, now: now), context)
        keepTicking(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A refused datagram (ICMP) concerns one client, not the socket.
    }

    private var now: Duration { start.duration(to: .now) }

    private func keepTicking(_ context: ChannelHandlerContext) {
        guard !isTicking, !engine.isIdle else { return }
        isTicking = true
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.tick) { [self] in
            isTicking = false
            guard context.channel.isActive else { return }
            perform(engine.onTimer(now: now), context)
            context.flush()
            keepTicking(context)
        }
    }

    private func perform(_ actions: [TFTPEngine.Action], _ context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .tell(let kind, let address): events.tell(kind, address: address)
            case .send(let packet, let peer):
                guard let address = try? SocketAddress(ipAddress: peer.address.description, port: peer.port) else {
                    continue
                }
                var buffer = context.channel.allocator.buffer(capacity: 1536)
                buffer.writeBytes(packet.serialized())
                context.write(wrapOutboundOut(AddressedEnvelope(remoteAddress: address, data: buffer)), promise: nil)
            }
        }
    }
}
