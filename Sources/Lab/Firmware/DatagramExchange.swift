import Core
import NIOCore
import NIOPosix

/// A UDP socket of a machine: send, and wait for the next packet.
struct DatagramExchange: Sendable {
    struct Received: Sendable {
        let bytes: [UInt8]
        let address: String
        let port: Int
    }

    private let channel: any Channel
    private let packets: Mailbox<Received>

    /// - Parameter port: 0 takes any.
    static func open(
        from address: IPAddress, port: Int = 0, eventLoops: any EventLoopGroup
    ) async throws -> DatagramExchange {
        let packets = Mailbox<Received>()
        do {
            let channel = try await DatagramBootstrap(group: eventLoops)
                .channelOption(.socketOption(.so_reuseaddr), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(DatagramReader(packets: packets))
                    }
                }
                .bind(host: address.description, port: port).get()
            return DatagramExchange(channel: channel, packets: packets)
        } catch {
            throw Fault(.failed, "cannot open a UDP socket", at: "\(address):\(port)", cause: error)
        }
    }

    /// Uses the socket and closes it, whatever happens.
    func run<Result: Sendable>(_ body: (DatagramExchange) async throws -> Result) async throws -> Result {
        do {
            let result = try await body(self)
            try? await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    func send(_ bytes: [UInt8], to address: IPAddress, port: Int) {
        guard let remote = try? SocketAddress(ipAddress: address.description, port: port) else { return }
        let envelope = AddressedEnvelope(remoteAddress: remote, data: channel.allocator.buffer(bytes: bytes))
        channel.writeAndFlush(envelope, promise: nil)
    }

    /// The next packet; nil when none has come in time. One reader at a time.
    func receive(within limit: Duration) async -> Received? {
        await packets.take(within: limit)
    }
}

private final class DatagramReader: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let packets: Mailbox<DatagramExchange.Received>

    init(packets: Mailbox<DatagramExchange.Received>) {
        self.packets = packets
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let address = envelope.remoteAddress.ipAddress, let port = envelope.remoteAddress.port else { return }
        packets.put(.init(bytes: Array(envelope.data.readableBytesView), address: address, port: port))
    }

    func channelInactive(context: ChannelHandlerContext) {
        packets.close()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
