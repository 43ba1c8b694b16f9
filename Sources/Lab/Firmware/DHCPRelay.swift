import Core
import NIOCore
import NIOPosix
import NetbootWire
import Synchronization

/// What carries a machine's DHCP broadcasts to the servers, and the answers back.
protocol DHCPRelaying: Sendable {
    /// Where the replies to a transaction arrive, until ``close(_:)``.
    func open(_ transaction: UInt32) -> Mailbox<DHCPPacket>
    func close(_ transaction: UInt32)
    /// Sends what a machine has broadcast on its segment.
    func forward(_ packet: DHCPPacket)
}

/// The relay agent in the router of the machines' network (RFC 1542, RFC 3046).
///
/// It asks with RFC 8357 that the server answers to the port it sent from, so that neither side needs port 67.
final class DHCPRelay: DHCPRelaying, Sendable {
    private let address: IPAddress
    private let server: SocketAddress
    private let channel: any Channel
    private let readers: Readers
    /// A DHCP server on the segment itself.
    private let neighbour: (any DHCPNeighbour)?

    private init(
        address: IPAddress, server: SocketAddress, channel: any Channel, readers: Readers,
        neighbour: (any DHCPNeighbour)?
    ) {
        self.address = address
        self.server = server
        self.channel = channel
        self.readers = readers
        self.neighbour = neighbour
    }

    /// - Parameters:
    ///   - address: the relay's own, which becomes `giaddr`.
    ///   - server: the DHCP server to relay to.
    ///   - neighbour: another server, which the machines reach without the relay.
    /// - Throws: ``Fault`` `refused` when the relay's port is taken.
    static func open(
        address: IPAddress, port: Int, server: IPAddress, serverPort: Int, neighbour: (any DHCPNeighbour)? = nil,
        eventLoops: any EventLoopGroup
    ) async throws -> DHCPRelay {
        let readers = Readers()
        do {
            let destination = try SocketAddress(ipAddress: server.description, port: serverPort)
            let channel = try await DatagramBootstrap(group: eventLoops)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(RelayHandler(readers: readers))
                    }
                }
                .bind(host: address.description, port: port).get()
            return DHCPRelay(
                address: address, server: destination, channel: channel, readers: readers, neighbour: neighbour)
        } catch {
            throw Fault(.refused, "cannot open the lab's DHCP relay", at: "\(address):\(port)", cause: error)
        }
    }

    func close() async {
        try? await channel.close()
    }

    func open(_ transaction: UInt32) -> Mailbox<DHCPPacket> {
        readers.add(transaction)
    }

    func close(_ transaction: UInt32) {
        readers.remove(transaction)
    }

    func forward(_ packet: DHCPPacket) {
        if let reply = neighbour?.reply(to: packet) { readers.deliver(reply) }
        var packet = packet
        packet.hops += 1
        packet.relayAddress = address
        packet.relayAgent = RelayAgentInformation([
            .init(code: RelayAgentInformation.circuitID, bytes: Array("rack-1".utf8)),
            .init(code: RelayAgentInformation.sourcePort, bytes: []),
        ])
        guard let bytes = try? packet.serialized() else { return }
        let envelope = AddressedEnvelope(remoteAddress: server, data: channel.allocator.buffer(bytes: bytes))
        channel.writeAndFlush(envelope, promise: nil)
    }
}

/// A DHCP server that needs no relay.
protocol DHCPNeighbour: Sendable {
    func reply(to packet: DHCPPacket) -> DHCPPacket?
}

/// Who waits for which transaction.
private final class Readers: Sendable {
    private let waiting = Mutex<[UInt32: Mailbox<DHCPPacket>]>([:])

    func add(_ transaction: UInt32) -> Mailbox<DHCPPacket> {
        let mailbox = Mailbox<DHCPPacket>(limit: 16)
        waiting.withLock { $0[transaction] = mailbox }
        return mailbox
    }

    func remove(_ transaction: UInt32) {
        _ = waiting.withLock { $0.removeValue(forKey: transaction) }
    }

    func deliver(_ packet: DHCPPacket) {
        waiting.withLock { $0[packet.transactionID] }?.put(packet)
    }
}

/// Takes the servers' replies apart: the relay's own option goes, the rest is for the machine.
private final class RelayHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let readers: Readers

    init(readers: Readers) {
        self.readers = readers
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data).data.readableBytesView
        guard var packet = try? DHCPPacket(parsing: bytes), packet.operation == .reply,
            packet.relayAgent?.wantsSourcePort == true
        else { return }
        packet.relayAgent = nil
        readers.deliver(packet)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
