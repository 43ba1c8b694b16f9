package import Core

/// IPv4 addresses from a first to a last one, both included; written `10.0.0.100-10.0.0.199`.
package struct AddressRange: Sendable, Hashable, Codable, CustomStringConvertible {
    package let first: IPAddress
    package let last: IPAddress

    /// - Returns: nil unless both are IPv4 and the last is not before the first.
    package init?(_ first: IPAddress, _ last: IPAddress) {
        guard first.isIPv4, last.isIPv4, first <= last else { return nil }
        self.first = first
        self.last = last
    }

    package init?(_ text: String) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
        guard ends.count == 2, let first = IPAddress(ends[0]), let last = IPAddress(ends[1]) else { return nil }
        self.init(first, last)
    }

    package var closed: ClosedRange<IPAddress> { first...last }

    package func contains(_ address: IPAddress) -> Bool { address.isIPv4 && closed.contains(address) }

    package func overlaps(_ other: AddressRange) -> Bool { first <= other.last && other.first <= last }

    package var description: String { "\(first)-\(last)" }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let range = AddressRange(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no address range")
        }
        self = range
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
