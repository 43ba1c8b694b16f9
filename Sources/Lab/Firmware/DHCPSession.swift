import Core
import NIOCore
import NIOPosix
import NetbootWire

/// One machine's conversation with the DHCP servers.
struct DHCPSession: Sendable {
    let hardware: NodeHardware
    let environment: NodeEnvironment
    let pacer: Pacer

    /// Gets a lease, and for the boot roles the way to boot.
    ///
    /// - Throws: ``Fault`` `timeout` when nobody suitable has answered in five windows, each twice as long as the one
    ///   before.
    func lease(as role: DHCPRole) async throws -> DHCPLease {
        let packets = DHCPClientPackets(role: role, hardware: hardware)
        var window = environment.timing.dhcpWindow
        for attempt in 0..<5 {
            try Task.checkCancellation()
            let transaction = UInt32(truncatingIfNeeded: pacer.number(below: 1 << 32))
            let replies = environment.relay.open(transaction)
            defer { environment.relay.close(transaction) }
            let seconds = UInt16(4 * attempt)
            environment.relay.forward(packets.discover(transaction, seconds: seconds))
            let offers = await collect(replies, as: role, within: pacer.jittered(window))
            window = min(window * 2, environment.timing.dhcpWindowLimit)
            guard let offer = offers.addressed, role == .system || offers.boot(for: role) != nil else { continue }
            environment.relay.forward(packets.request(offer, seconds: seconds))
            guard let answer = await acknowledgement(replies, of: offer, within: window),
                answer.messageType == .acknowledge, var lease = DHCPLease(answer)
            else { continue }
            if role == .system { return lease }
            guard let boot = offers.boot(for: role) else { continue }
            // The server that gives the address may say more about booting when it acknowledges.
            let isProxied = boot.yourAddress == IPAddress(v4: 0, 0, 0, 0)
            lease.take(boot: isProxied || answer.bootFileToLoad == nil ? boot : answer)
            if role == .firmware, DHCPOffers.needsBootServer(boot, hardware) {
                try await askBootServer(&lease, packets)
            }
            if lease.bootFile != nil { return lease }
        }
        throw Fault(.timeout, "PXE-E51: no DHCP or proxy offer to boot from was received")
    }

    private static func isEnough(_ offers: DHCPOffers, _ role: DHCPRole) -> Bool {
        offers.addressed != nil && (role == .system || offers.boot(for: role) != nil)
    }

    /// Reads offers until the window closes, or shortly beyond those that suffice.
    private func collect(
        _ replies: Mailbox<DHCPPacket>, as role: DHCPRole, within window: Duration
    ) async -> DHCPOffers {
        var offers = DHCPOffers()
        var end = ContinuousClock.now + window
        var suffices = false
        while let packet = await replies.take(within: end - .now) {
            offers.add(packet)
            guard !suffices, Self.isEnough(offers, role) else { continue }
            suffices = true
            end = min(end, .now + environment.timing.dhcpCollect)
        }
        return offers
    }

    private func acknowledgement(
        _ replies: Mailbox<DHCPPacket>, of offer: DHCPPacket, within window: Duration
    ) async -> DHCPPacket? {
        let end = ContinuousClock.now + window
        while let packet = await replies.take(within: end - .now) {
            let isAnswer = packet.messageType == .acknowledge || packet.messageType == .refuse
            if isAnswer, packet.serverIdentifier == offer.serverIdentifier { return packet }
        }
        return nil
    }

    /// EDK2's question to a PXE server that has not said to load its file at once: port 4011, four tries.
    private func askBootServer(_ lease: inout DHCPLease, _ packets: DHCPClientPackets) async throws {
        let server = lease.nextServer ?? lease.server
        let transaction = UInt32(truncatingIfNeeded: pacer.number(below: 1 << 32))
        let request = packets.bootServerRequest(transaction, address: lease.address.address)
        let bytes = try request.serialized()
        let exchange = try await DatagramExchange.open(
            from: lease.address.address, port: 4011, eventLoops: environment.eventLoops)
        let answer = try await exchange.run { exchange -> DHCPPacket? in
            for _ in 0..<4 {
                exchange.send(bytes, to: server, port: 4011)
                let reply = await exchange.receive(within: environment.timing.dhcpWindow)
                if let reply, let packet = try? DHCPPacket(parsing: reply.bytes), packet.transactionID == transaction {
                    return packet
                }
            }
            return nil
        }
        guard let answer, answer.messageType == .acknowledge else {
            throw Fault(.timeout, "PXE-E55: ProxyDHCP service did not reply on port 4011", at: server.description)
        }
        lease.take(boot: answer)
    }
}
