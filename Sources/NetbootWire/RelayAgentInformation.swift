/// Option 82: what a relay says about itself and the client's circuit (RFC 3046).
package struct RelayAgentInformation: Sendable, Hashable {
    package struct SubOption: Sendable, Hashable {
        package let code: UInt8
        package let bytes: [UInt8]

        package init(code: UInt8, bytes: [UInt8]) {
            self.code = code
            self.bytes = bytes
        }
    }

    /// Agent circuit id (RFC 3046 §3.1).
    package static let circuitID: UInt8 = 1
    /// Relay source port (RFC 8357 §5.1): the relay wants its reply on the port it sent from. It carries no bytes.
    package static let sourcePort: UInt8 = 19

    package var subOptions: [SubOption]

    package init(_ subOptions: [SubOption]) {
        self.subOptions = subOptions
    }

    package init(parsing bytes: [UInt8]) throws(WireError) {
        var reader = ByteReader(bytes[...])
        var found: [SubOption] = []
        while reader.remaining > 0 {
            let code = try reader.byte("a relay sub-option")
            let length = Int(try reader.byte("the length of relay sub-option \(code)"))
            found.append(SubOption(code: code, bytes: Array(try reader.take(length, "relay sub-option \(code)"))))
        }
        subOptions = found
    }

    /// Whether replies go to the relay's source port in place of port 67.
    package var wantsSourcePort: Bool { subOptions.contains { $0.code == Self.sourcePort } }

    package func serialized() -> [UInt8] {
        subOptions.flatMap { [$0.code, UInt8(clamping: $0.bytes.count)] + $0.bytes.prefix(255) }
    }
}
