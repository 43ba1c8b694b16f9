import Core
import Logging
import NIOCore
import NIOPosix
import NetbootWire

/// The sockets around ``DHCPEngine``: reads requests, asks the policy about boot clients, sends answers.
actor DHCPServer {
    private typealias Inbound = NIOAsyncChannelInboundStream<AddressedEnvelope<ByteBuffer>>
    private typealias Outbound = NIOAsyncChannelOutboundWriter<AddressedEnvelope<ByteBuffer>>

    /// Requests that wait for the policy at a time; more are dropped, and firmware asks again.
    private static let inFlightLimit = 512
    private static let maximumLength = 4096

    private var engine: DHCPEngine
    private let policy: any BootPolicy
    private let store: (any LeaseStore)?
    private let events: NetbootEvents
    private let clock: any WallClock
    private let logger: Logger
    private var inFlight = 0

    init(
        engine: DHCPEngine, policy: any BootPolicy, store: (any LeaseStore)?, events: NetbootEvents,
        clock: any WallClock, logger: Logger
    ) {
        self.engine = engine
        self.policy = policy
        self.store = store
        self.events = events
        self.clock = clock
        self.logger = logger
    }

    /// Serves the sockets of one port until they are closed or the task is cancelled.
    nonisolated func run(_ sockets: DHCPSockets, as port: DHCPEngine.Port) async throws {
        try await sockets.first.executeThenClose { inbound, outbound in
            guard let answering = sockets.answering else { return await serve(inbound, port, outbound) }
            try await answering.executeThenClose { direct, outbound in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await self.serve(inbound, port, outbound) }
                    group.addTask { await self.serve(direct, port, outbound) }
                    // The end of one is the end of both.
                    await group.next()
                    group.cancelAll()
                }
            }
        }
    }

    private nonisolated func serve(_ inbound: Inbound, _ port: DHCPEngine.Port, _ outbound: Outbound) async {
        await withDiscardingTaskGroup { group in
            do {
                for try await envelope in inbound {
                    guard envelope.data.readableBytes <= Self.maximumLength,
                        let packet = try? DHCPPacket(parsing: envelope.data.readableBytesView),
                        let source = DHCPEngine.Source(envelope.remoteAddress), await self.admit(packet, source)
                    else { continue }
                    group.addTask { await self.answer(packet, from: source, on: port, outbound) }
                }
            } catch is CancellationError {
                return
            } catch {
                self.logger.error("the DHCP socket broke off", metadata: ["error": "\(error)"])
            }
        }
    }

    private func admit(_ packet: DHCPPacket, _ source: DHCPEngine.Source) -> Bool {
        guard inFlight < Self.inFlightLimit, engine.accepts(packet, from: source) else { return false }
        inFlight += 1
        return true
    }

    private func answer(
        _ packet: DHCPPacket, from source: DHCPEngine.Source, on port: DHCPEngine.Port,
        _ outbound: Outbound
    ) async {
        defer { inFlight -= 1 }
        let client = BootClient(packet)
        let admitted = await admits(packet, client)
        let actions = engine.on(packet, from: source, to: port, client: client, admitted: admitted, now: clock.now)
        for action in actions {
            switch action {
            case .learn(let mac, let address): events.learn(mac, at: address)
            case .tell(let kind, let mac, let address): events.tell(kind, mac: mac, address: address)
            case .record(let lease):
                guard await record(lease) else { return }
            case .send(let bytes, let destination):
                await send(bytes, to: destination, outbound)
            }
        }
    }

    private func admits(_ packet: DHCPPacket, _ client: BootClient?) async -> Bool {
        guard let client, let mac = packet.mac else { return false }
        let arch = client.architectures.first.map { MachineArchitecture(dhcp: $0) } ?? .amd64
        let address = packet.clientAddress.isAny ? nil : packet.clientAddress
        return await policy.admits(MachineIdentity(mac: mac, uuid: packet.machineUUID, arch: arch, address: address))
    }

    /// Stores a lease off the cooperative threads; without it no acknowledgement may go out (RFC 2131 §3.1 step 4).
    private func record(_ lease: Lease) async -> Bool {
        guard let store else { return true }
        do {
            try await NIOThreadPool.singleton.runIfActive { try store.record(lease) }
            return true
        } catch {
            logger.error("a lease was not stored, so it is not given", metadata: ["error": "\(error)"])
            events.tell(.problem("\(error)"), mac: lease.mac, address: lease.address)
            return false
        }
    }

    private func send(
        _ bytes: [UInt8], to destination: DHCPEngine.Destination,
        _ outbound: Outbound
    ) async {
        do {
            let address: SocketAddress
            switch destination {
            case .broadcast: address = try SocketAddress(ipAddress: "255.255.255.255", port: 68)
            case .unicast(let host, let port): address = try SocketAddress(ipAddress: host.description, port: port)
            }
            try await outbound.write(AddressedEnvelope(remoteAddress: address, data: ByteBuffer(bytes: bytes)))
        } catch {
            logger.debug("a DHCP answer was not sent", metadata: ["error": "\(error)"])
        }
    }
}

extension DHCPEngine.Source {
    init?(_ address: SocketAddress) {
        guard let host = IPAddress(address), let port = address.port else { return nil }
        self.init(address: host, port: port)
    }
}
