import Core
import NetbootWire

/// Proxy DHCP (PXE 2.1 §2.2): what to boot, beside the addresses of another server.
extension DHCPEngine {
    func propose(
        _ request: DHCPPacket, _ mac: MACAddress, _ client: BootClient, from source: Source, port: Port
    ) -> [Action] {
        let type: DHCPMessageType
        switch (port, request.messageType) {
        case (.server, .discover): type = .offer
        case (.server, .request) where request.serverIdentifier == configuration.advertise: type = .acknowledge
        case (.server, .inform), (.bootServer, .request), (.bootServer, .inform): type = .acknowledge
        default: return []
        }
        guard let boot = answer(for: client) else { return [] }
        var reply = reply(type, to: request, mac)
        if request.relayAddress.isAny, port == .server { reply.flags |= DHCPPacket.broadcastFlag }
        if type == .acknowledge { reply.clientAddress = request.clientAddress }
        reply.vendorClass = boot.vendorClass
        if configuration.mode == .proxy { reply.options[.vendorSpecific] = boot.vendorSpecific }
        boot.write(into: &reply, server: configuration.advertise)
        return send(reply, to: request, from: source, port: port, client: client)
    }
}
