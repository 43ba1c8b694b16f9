/// A host and a port, written `10.0.0.1:8080`.
package struct HostPort: Sendable, Hashable, Codable, CustomStringConvertible {
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// - Returns: nil unless the host is an IPv4 address or a DNS name and the port is from 1 to 65535.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = Int(parts[1]), 1...65535 ~= port,
            parts[1].utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
            isIPv4(parts[0]) || isDomain(String(parts[0]))
        else { return nil }
        self.init(host: String(parts[0]), port: port)
    }

    package var description: String { "\(host):\(port)" }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let pair = HostPort(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no host:port")
        }
        self = pair
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
