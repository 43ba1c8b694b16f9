/// An SMBIOS system UUID as text tools show it (mixed-endian decoding already done).
package struct MachineUUID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Sixteen octets in the order of the text.
    package let octets: [UInt8]

    package init?(octets: some Collection<UInt8>) {
        guard octets.count == 16 else { return nil }
        self.octets = Array(octets)
    }

    /// Reads the 8-4-4-4-12 form in any case.
    package init?(_ text: some StringProtocol) {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12], let octets = hexadecimal(groups.joined().utf8) else {
            return nil
        }
        self.octets = octets
    }

    /// Decodes SMBIOS 2.6 (DSP0134 7.2.1) and DHCP option 97: the first three fields are little-endian on the wire.
    package init?(smbios wire: some Collection<UInt8>) {
        guard wire.count == 16 else { return nil }
        let bytes = Array(wire)
        octets = bytes[0..<4].reversed() + bytes[4..<6].reversed() + bytes[6..<8].reversed() + bytes[8...]
    }

    /// The sixteen octets as SMBIOS and DHCP option 97 carry them.
    package var smbios: [UInt8] {
        octets[0..<4].reversed() + octets[4..<6].reversed() + octets[6..<8].reversed() + octets[8...]
    }

    /// All zero or all one: firmware that has no UUID of its own.
    package var isPlaceholder: Bool { octets.allSatisfy { $0 == 0 } || octets.allSatisfy { $0 == 0xFF } }

    /// Lower-case 8-4-4-4-12.
    package var description: String {
        [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { hexadecimal(octets[$0]) }.joined(separator: "-")
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.octets.lexicographicallyPrecedes(right.octets)
    }
}

extension MachineUUID: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let uuid = MachineUUID(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no UUID")
        }
        self = uuid
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
