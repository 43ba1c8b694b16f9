package import Core

/// A BOOTP/DHCPv4 packet: the UDP payload (RFC 2131 §2).
package struct DHCPPacket: Sendable, Hashable {
    package enum Operation: UInt8, Sendable, Hashable {
        case request = 1
        case reply = 2
    }

    /// The smallest reply that every relay and boot ROM lets through (BOOTP, RFC 951).
    package static let minimumLength = 300
    /// The most that fits an Ethernet frame unfragmented; EDK2 drops longer packets.
    package static let maximumLength = 1472
    /// The broadcast bit of ``flags``.
    package static let broadcastFlag: UInt16 = 0x8000

    private static let cookie: UInt32 = 0x6382_5363
    private static let headerLength = 240
    private static let parseLimit = 65_507

    package var operation: Operation
    package var hardwareType: UInt8 = 1
    package var hardwareAddressLength: UInt8 = 6
    package var hops: UInt8 = 0
    package var transactionID: UInt32
    /// Seconds since the client began.
    package var seconds: UInt16 = 0
    package var flags: UInt16 = 0
    /// `ciaddr`: the address that the client has and answers ARP for.
    package var clientAddress = IPAddress(v4: 0, 0, 0, 0)
    /// `yiaddr`: the address that the server gives.
    package var yourAddress = IPAddress(v4: 0, 0, 0, 0)
    /// `siaddr`: the server of the next boot step.
    package var serverAddress = IPAddress(v4: 0, 0, 0, 0)
    /// `giaddr`: the relay.
    package var relayAddress = IPAddress(v4: 0, 0, 0, 0)
    /// `chaddr`: sixteen octets, of which ``hardwareAddressLength`` count.
    package var hardwareAddress: [UInt8]
    /// `sname` up to its first zero byte. Empty when option 52 says that options stand there.
    package var serverName: [UInt8] = []
    /// `file` up to its first zero byte. Empty when option 52 says that options stand there.
    package var bootFile: [UInt8] = []
    package var options = DHCPOptions()

    package init(_ operation: Operation, transactionID: UInt32, mac: MACAddress) {
        self.operation = operation
        self.transactionID = transactionID
        hardwareAddress = mac.octets + [UInt8](repeating: 0, count: 10)
    }

    /// The client's Ethernet address; nil for other media.
    package var mac: MACAddress? {
        hardwareAddressLength == 6 ? MACAddress(octets: hardwareAddress.prefix(6)) : nil
    }

    package var wantsBroadcast: Bool { flags & Self.broadcastFlag != 0 }

    /// Reads a packet.
    ///
    /// - Throws: ``WireError`` when a field is missing, the cookie is not DHCP's, or an option runs past its field.
    package init(parsing bytes: some Collection<UInt8>) throws(WireError) {
        guard bytes.count <= Self.parseLimit else { throw .tooLong(limit: Self.parseLimit, found: bytes.count) }
        var reader = ByteReader(Array(bytes)[...])
        guard let operation = Operation(rawValue: try reader.byte("op")) else {
            throw .invalid(field: "op", reason: "neither request nor reply")
        }
        self.operation = operation
        hardwareType = try reader.byte("htype")
        hardwareAddressLength = try reader.byte("hlen")
        guard hardwareAddressLength <= 16 else { throw .invalid(field: "hlen", reason: "more than 16") }
        hops = try reader.byte("hops")
        transactionID = try reader.integer32("xid")
        seconds = try reader.integer16("secs")
        flags = try reader.integer16("flags")
        clientAddress = try Self.address(&reader, "ciaddr")
        yourAddress = try Self.address(&reader, "yiaddr")
        serverAddress = try Self.address(&reader, "siaddr")
        relayAddress = try Self.address(&reader, "giaddr")
        hardwareAddress = Array(try reader.take(16, "chaddr"))
        let serverName = try reader.take(64, "sname")
        let bootFile = try reader.take(128, "file")
        guard try reader.integer32("the cookie") == Self.cookie else {
            throw .invalid(field: "the cookie", reason: "not 63 82 53 63")
        }
        try options.read(reader.rest)
        try readNames(serverName: serverName, bootFile: bootFile)
    }

    /// The packet as bytes, padded with zeros.
    ///
    /// - Throws: ``WireError`` `doesNotFit` when a name or the whole is too long.
    package func serialized(
        minimum: Int = DHCPPacket.minimumLength, limit: Int = DHCPPacket.maximumLength
    ) throws(WireError) -> [UInt8] {
        guard hardwareAddress.count == 16 else {
            throw .doesNotFit(field: "chaddr", limit: 16, found: hardwareAddress.count)
        }
        var bytes = [operation.rawValue, hardwareType, hardwareAddressLength, hops]
        bytes.reserveCapacity(576)
        bytes.append(big: transactionID)
        bytes.append(big: seconds)
        bytes.append(big: flags)
        for address in [clientAddress, yourAddress, serverAddress, relayAddress] {
            guard address.isIPv4 else { throw .invalid(field: "an address", reason: "\(address) is not IPv4") }
            bytes += address.octets
        }
        bytes += hardwareAddress
        bytes += try Self.padded(serverName, to: 64, "sname")
        bytes += try Self.padded(bootFile, to: 128, "file")
        bytes.append(big: Self.cookie)
        bytes += options.serialized()
        guard bytes.count <= limit else { throw .doesNotFit(field: "the packet", limit: limit, found: bytes.count) }
        bytes += [UInt8](repeating: 0, count: max(0, minimum - bytes.count))
        return bytes
    }

    /// Takes `sname` and `file` as names, or as more options where option 52 (RFC 2132 §9.3) says so.
    private mutating func readNames(serverName: ArraySlice<UInt8>, bootFile: ArraySlice<UInt8>) throws(WireError) {
        let overload = options[.overload]?.first ?? 0
        options[.overload] = nil
        if overload & 1 != 0 {
            try options.read(bootFile)
        } else {
            self.bootFile = Array(bootFile.prefix { $0 != 0 })
        }
        if overload & 2 != 0 {
            try options.read(serverName)
        } else {
            self.serverName = Array(serverName.prefix { $0 != 0 })
        }
        options[.overload] = nil
    }

    private static func address(_ reader: inout ByteReader, _ field: String) throws(WireError) -> IPAddress {
        guard let address = IPAddress(octets: try reader.take(4, field)) else {
            throw .invalid(field: field, reason: "not four octets")
        }
        return address
    }

    /// A name with at least one zero byte behind it.
    private static func padded(_ name: [UInt8], to length: Int, _ field: String) throws(WireError) -> [UInt8] {
        guard name.count < length else { throw .doesNotFit(field: field, limit: length - 1, found: name.count) }
        return name + [UInt8](repeating: 0, count: length - name.count)
    }
}
