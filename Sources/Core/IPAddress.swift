import Glibc

/// An IPv4 or IPv6 address without a zone.
package struct IPAddress: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// 4 or 16 octets in network order.
    package let octets: [UInt8]

    package var isIPv4: Bool { octets.count == 4 }

    /// - Returns: nil unless there are 4 or 16 octets.
    package init?(octets: some Collection<UInt8>) {
        guard octets.count == 4 || octets.count == 16 else { return nil }
        self.octets = Array(octets)
    }

    package init(v4 first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) {
        octets = [first, second, third, fourth]
    }

    /// Reads dotted decimal (strictly four parts) or RFC 4291 text.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            octets = withUnsafeBytes(of: &v4) { Array($0) }
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            octets = withUnsafeBytes(of: &v6) { Array($0) }
        } else {
            return nil
        }
    }

    /// Dotted decimal, or RFC 5952 text.
    package var description: String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        _ = octets.withUnsafeBytes {
            inet_ntop(isIPv4 ? AF_INET : AF_INET6, $0.baseAddress, &buffer, socklen_t(buffer.count))
        }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// As it stands in a URL: IPv6 in brackets.
    package var urlHost: String { isIPv4 ? description : "[\(description)]" }

    /// The address `offset` places further; nil past the end of the address space. IPv4 only.
    package func advanced(by offset: Int) -> IPAddress? {
        guard isIPv4 else { return nil }
        let value = octets.reduce(0) { $0 << 8 | Int($1) } + offset
        guard 0...0xFFFF_FFFF ~= value else { return nil }
        return IPAddress(octets: (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) })
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.octets.count, 0) == (right.octets.count, 0)
            ? left.octets.lexicographicallyPrecedes(right.octets) : left.octets.count < right.octets.count
    }
}

/// An address block: a prefix and its length (RFC 4632).
package struct CIDR: Sendable, Hashable, CustomStringConvertible {
    /// The address as it was written; host bits are kept, so that `10.0.0.5/24` names an address in its network.
    package let address: IPAddress
    /// The length of the prefix in bits.
    package let prefixLength: Int

    package init?(address: IPAddress, prefixLength: Int) {
        guard 0...(address.octets.count * 8) ~= prefixLength else { return nil }
        self.address = address
        self.prefixLength = prefixLength
    }

    /// Reads `10.0.0.0/8`. A missing length is refused.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(parts[0]), parts[1].utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
            let length = Int(parts[1])
        else { return nil }
        self.init(address: address, prefixLength: length)
    }

    /// The first address of the block: host bits cleared.
    package var network: IPAddress { masked { $0 & $1 } }

    /// The last address of the block: host bits set.
    package var last: IPAddress { masked { $0 | ~$1 } }

    /// Whether no host bit is set.
    package var isCanonical: Bool { network == address }

    package func contains(_ other: IPAddress) -> Bool {
        other.isIPv4 == address.isIPv4 && network <= other && other <= last
    }

    package func overlaps(_ other: CIDR) -> Bool {
        contains(other.network) || other.contains(network)
    }

    package var description: String { "\(address)/\(prefixLength)" }

    private func masked(_ operation: (UInt8, UInt8) -> UInt8) -> IPAddress {
        let octets = address.octets.enumerated().map { index, octet in
            let bits = min(max(prefixLength - index * 8, 0), 8)
            return operation(octet, bits == 0 ? 0 : 0xFF << (8 - bits))
        }
        return IPAddress(octets: octets) ?? address
    }
}

extension IPAddress: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let address = IPAddress(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no IP address")
        }
        self = address
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension CIDR: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let block = CIDR(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no address block")
        }
        self = block
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
