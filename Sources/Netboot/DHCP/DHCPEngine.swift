import Core
import NetbootWire

/// Decides what answers a DHCP packet, without sockets and without a clock.
struct DHCPEngine: Sendable {
    enum Port: Sendable, Hashable {
        /// UDP port 67.
        case server
        /// UDP port 4011, the second phase of PXE.
        case bootServer
    }

    struct Source: Sendable, Hashable {
        let address: IPAddress
        let port: Int
    }

    enum Destination: Sendable, Hashable {
        /// 255.255.255.255, port 68, on the network that the request came from.
        case broadcast
        case unicast(IPAddress, port: Int)
    }

    enum Action: Sendable, Hashable {
        /// To be stored before what follows is done.
        case record(Lease)
        case send([UInt8], to: Destination)
        case learn(MACAddress, IPAddress)
        case tell(NetbootEvent.Kind, MACAddress?, IPAddress?)
    }

    let configuration: NetbootConfiguration
    let loaders: BootloaderTable
    let files: BootFiles
    var leases: LeaseTable

    init(
        configuration: NetbootConfiguration, loaders: BootloaderTable, files: BootFiles, leases: [Lease] = []
    ) {
        self.configuration = configuration
        self.loaders = loaders
        self.files = files
        self.leases = LeaseTable(
            ranges: configuration.ranges, reservations: configuration.reservations, leases: leases)
    }

    /// Whether a packet deserves a look: a request of an Ethernet client of a network that is served.
    func accepts(_ packet: DHCPPacket, from source: Source) -> Bool {
        guard packet.operation == .request, packet.hardwareType == 1, packet.mac != nil, packet.messageType != nil
        else {
            return false
        }
        if packet.relayAddress.isAny {
            return source.address.isAny || configuration.serves(source.address)
        }
        return configuration.serves(packet.relayAddress)
    }

    /// - Parameters:
    ///   - client: what kind of boot program asks; nil for an ordinary client.
    ///   - admitted: whether it shall be told what to boot.
    mutating func on(
        _ request: DHCPPacket, from source: Source, to port: Port, client: BootClient?, admitted: Bool, now: Timestamp
    ) -> [Action] {
        guard accepts(request, from: source), let mac = request.mac else { return [] }
        var actions: [Action]
        if configuration.mode == .dhcp, port == .server {
            actions = serve(request, mac, boot: admitted ? client : nil, from: source, now: now)
        } else if let client, admitted {
            actions = propose(request, mac, client, from: source, port: port)
        } else {
            return []
        }
        if let client, admitted, answer(for: client) == nil, request.messageType == .discover {
            let number = client.architectures.first.map(String.init) ?? "none"
            actions.append(
                .tell(.unanswered(reason: "no boot loader for \(client.name), architecture \(number)"), mac, nil))
        }
        return actions
    }

    func answer(for client: BootClient) -> BootAnswer? {
        BootAnswer(client, loaders: loaders, files: files, httpBaseURL: configuration.httpBaseURL)
    }

    /// A reply with what every reply has: the client's marks, the relay's option, the server identifier.
    func reply(_ type: DHCPMessageType, to request: DHCPPacket, _ mac: MACAddress) -> DHCPPacket {
        var reply = DHCPPacket(.reply, transactionID: request.transactionID, mac: mac)
        reply.hardwareAddress = request.hardwareAddress
        reply.flags = request.flags
        reply.relayAddress = request.relayAddress
        reply.messageType = type
        reply.serverIdentifier = configuration.advertise
        reply.options[.machineIdentifier] = request.options[.machineIdentifier]
        reply.options[.relayAgent] = request.options[.relayAgent]
        return reply
    }

    /// The reply as bytes on its way (RFC 2131 §4.1, RFC 8357 §5.2).
    func send(
        _ reply: DHCPPacket, to request: DHCPPacket, from source: Source, port: Port, client: BootClient?
    ) -> [Action] {
        let limit = min(DHCPPacket.maximumLength, max(576, request.maximumSize.map(Int.init) ?? 576))
        let mac = request.mac
        let bytes: [UInt8]
        do {
            bytes = try reply.serialized(limit: limit)
        } catch {
            return [.tell(.problem("a DHCP reply cannot be written: \(error)"), mac, nil)]
        }
        let given = reply.yourAddress.isAny ? reply.clientAddress : reply.yourAddress
        let address = given.isAny ? nil : given
        var actions: [Action] = []
        if let mac, let address, reply.messageType == .acknowledge { actions.append(.learn(mac, address)) }
        actions.append(.send(bytes, to: destination(of: reply, request, source, port)))
        if let type = reply.messageType {
            let event = NetbootEvent.Kind.dhcp(
                type, client: client?.name ?? "ordinary client", file: reply.bootFileToLoad)
            actions.append(.tell(event, mac, address))
        }
        return actions
    }

    private func destination(
        of reply: DHCPPacket, _ request: DHCPPacket, _ source: Source, _ port: Port
    ) -> Destination {
        if !request.relayAddress.isAny {
            let wantsSource = request.relayAgent?.wantsSourcePort ?? false
            return .unicast(request.relayAddress, port: wantsSource ? source.port : 67)
        }
        if reply.messageType == .refuse { return .broadcast }
        if port == .bootServer || !source.address.isAny {
            // Firmware asks port 4011 from 4011, iPXE from 68: the answer goes where the question came from.
            return .unicast(source.address, port: source.port)
        }
        return request.clientAddress.isAny ? .broadcast : .unicast(request.clientAddress, port: 68)
    }
}

extension IPAddress {
    /// 0.0.0.0 or ::.
    var isAny: Bool { octets.allSatisfy { $0 == 0 } }
}
