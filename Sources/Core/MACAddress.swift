/// An Ethernet hardware address, six octets.
package struct MACAddress: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Six octets in wire order.
    package let octets: [UInt8]

    /// - Returns: nil unless there are exactly six octets.
    package init?(octets: some Collection<UInt8>) {
        guard octets.count == 6 else { return nil }
        self.octets = Array(octets)
    }

    /// Reads `52:54:00:aa:bb:01`, `52-54-00-aa-bb-01`, `5254.00aa.bb01` or `525400aabb01`, in any case.
    package init?(_ text: some StringProtocol) {
        let digits = text.utf8.filter { ![UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains($0) }
        let groups = text.split(omittingEmptySubsequences: false) { ":-.".contains($0) }
        guard digits.count == 12, [1, 3, 6].contains(groups.count),
            groups.allSatisfy({ $0.utf8.count == 12 / groups.count }), let octets = hexadecimal(digits)
        else { return nil }
        self.octets = octets
    }

    /// Lower-case hexadecimal with colons.
    package var description: String { octets.map(twoDigits).joined(separator: ":") }

    package static func < (left: Self, right: Self) -> Bool {
        left.octets.lexicographicallyPrecedes(right.octets)
    }
}

extension MACAddress: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let address = MACAddress(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no MAC address")
        }
        self = address
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// The bytes that pairs of hexadecimal digits stand for; nil at any other character or an odd count.
package func hexadecimal(_ digits: some Collection<UInt8>) -> [UInt8]? {
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    var high: UInt8?
    for digit in digits {
        let value: UInt8
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): value = digit - UInt8(ascii: "A") + 10
        default: return nil
        }
        if let first = high {
            bytes.append(first << 4 | value)
            high = nil
        } else {
            high = value
        }
    }
    return bytes
}

/// Lower-case hexadecimal, two digits a byte.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map(twoDigits).joined()
}

private func twoDigits(_ byte: UInt8) -> String {
    let hex = String(byte, radix: 16)
    return hex.utf8.count == 1 ? "0" + hex : hex
}
