import Core
import NetbootWire

/// The server that gives addresses (RFC 2131 §4.3).
extension DHCPEngine {
    mutating func serve(
        _ request: DHCPPacket, _ mac: MACAddress, boot client: BootClient?, from source: Source, now: Timestamp
    ) -> [Action] {
        let uuid = request.machineUUID
        switch request.messageType {
        case .discover:
            guard let address = leases.offer(mac: mac, uuid: uuid, wish: request.requestedAddress, now: now) else {
                let reason = "no address is left in the ranges, and the machine has no reservation"
                return [.tell(.unanswered(reason: reason), mac, nil)]
            }
            return grant(.offer, address, request, mac, client, source)
        case .request:
            return onRequest(request, mac, client, source, now)
        case .inform:
            var reply = reply(.acknowledge, to: request, mac)
            reply.clientAddress = request.clientAddress
            addNetwork(to: &reply)
            addBoot(client, to: &reply)
            return send(reply, to: request, from: source, port: .server, client: client)
        case .decline:
            guard request.serverIdentifier == configuration.advertise, let address = request.requestedAddress,
                leases.decline(address, mac: mac, now: now)
            else { return [] }
            return [.tell(.problem("\(address) is in use by another machine"), mac, address)]
        case .release:
            return leases.release(request.clientAddress, mac: mac, now: now).map { [.record($0)] } ?? []
        default:
            return []
        }
    }

    /// The four kinds of DHCPREQUEST (RFC 2131 §4.3.2).
    private mutating func onRequest(
        _ request: DHCPPacket, _ mac: MACAddress, _ client: BootClient?, _ source: Source, _ now: Timestamp
    ) -> [Action] {
        let uuid = request.machineUUID
        if let server = request.serverIdentifier, server != configuration.advertise {
            leases.forgetOffer(mac: mac)
            return []
        }
        guard let address = request.requestedAddress ?? (request.clientAddress.isAny ? nil : request.clientAddress)
        else { return [] }
        if leases.permits(address, mac: mac, uuid: uuid, now: now) {
            let selecting = request.serverIdentifier != nil
            let rebooting = !selecting && request.clientAddress.isAny
            // A machine that remembers an address we know nothing of may belong to another server.
            if rebooting, !leases.knows(mac: mac, uuid: uuid, now: now) { return [] }
            let lease = leases.bind(address, mac: mac, uuid: uuid, now: now, for: configuration.leaseTime)
            return (lease.map { [.record($0)] } ?? []) + grant(.acknowledge, address, request, mac, client, source)
        }
        let isOurs = request.serverIdentifier != nil || leases.knows(mac: mac, uuid: uuid, now: now)
        guard isOurs || !configuration.serves(address) else { return [] }
        var reply = reply(.refuse, to: request, mac)
        reply.options[.message] = Array("\(address) is not yours".utf8)
        reply.flags |= DHCPPacket.broadcastFlag
        return send(reply, to: request, from: source, port: .server, client: client)
    }

    private func grant(
        _ type: DHCPMessageType, _ address: IPAddress, _ request: DHCPPacket, _ mac: MACAddress,
        _ client: BootClient?, _ source: Source
    ) -> [Action] {
        var reply = reply(type, to: request, mac)
        reply.yourAddress = address
        if type == .acknowledge { reply.clientAddress = request.clientAddress }
        let seconds = UInt32(clamping: configuration.leaseTime.components.seconds)
        reply.leaseTime = seconds
        reply.renewalTime = seconds / 2
        reply.rebindingTime = seconds / 8 * 7
        addNetwork(to: &reply)
        if let name = leases.reservation(mac: mac, uuid: request.machineUUID)?.hostname {
            reply.options[.hostName] = Array(name.utf8)
        }
        addBoot(client, to: &reply)
        return send(reply, to: request, from: source, port: .server, client: client)
    }

    private func addNetwork(to reply: inout DHCPPacket) {
        let bits = configuration.subnet.prefixLength
        let mask = (0..<4).map { UInt8(truncatingIfNeeded: 0xFF00 >> min(max(bits - $0 * 8, 0), 8)) }
        reply.options[.subnetMask] = mask
        reply.options[.router] = configuration.gateway?.octets
        if !configuration.dns.isEmpty { reply.options[.domainNameServers] = configuration.dns.flatMap(\.octets) }
        if !configuration.ntp.isEmpty { reply.options[.timeServers] = configuration.ntp.flatMap(\.octets) }
        if let domain = configuration.domain { reply.options[.domainName] = Array(domain.utf8) }
    }

    /// Option 60 is left out for PXE ROMs: EDK2 takes a full offer that carries it for one that must ask port 4011.
    private func addBoot(_ client: BootClient?, to reply: inout DHCPPacket) {
        guard let client, let boot = answer(for: client) else { return }
        if case .rom = client {} else { reply.vendorClass = boot.vendorClass }
        reply.tftpServerName = configuration.advertise.description
        boot.write(into: &reply, server: configuration.advertise)
    }
}
