/// The extension of a certificate that says what its key may be used for (RFC 5280, 4.2.1.12).
enum ExtendedKeyUsage {
    /// id-kp-clientAuth, 1.3.6.1.5.5.7.3.2, as DER content.
    static let clientAuthentication: [UInt8] = [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02]

    /// id-ce-extKeyUsage, 2.5.29.37, as a DER value.
    private static let identifier: [UInt8] = [0x06, 0x03, 0x55, 0x1D, 0x25]

    /// The object identifiers of the extension; empty when the certificate has none.
    static func purposes(in certificate: [UInt8]) -> [[UInt8]] {
        guard let found = certificate.firstRange(of: identifier) else { return [] }
        var rest = certificate[found.upperBound...]
        if rest.first == 0x01 { rest = rest.dropFirst(3) }
        guard let octets = value(0x04, &rest), case var sequence = octets, let list = value(0x30, &sequence) else {
            return []
        }
        var items = list
        var purposes: [[UInt8]] = []
        while let purpose = value(0x06, &items) { purposes.append(Array(purpose)) }
        return purposes
    }

    /// The content of the next DER value, if it has the tag; lengths up to 65535.
    private static func value(_ tag: UInt8, _ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard rest.popFirst() == tag, let first = rest.popFirst() else { return nil }
        var length = Int(first)
        if first & 0x80 != 0 {
            guard 1...2 ~= first & 0x7F else { return nil }
            length = 0
            for _ in 0..<(first & 0x7F) {
                guard let byte = rest.popFirst() else { return nil }
                length = length << 8 | Int(byte)
            }
        }
        guard rest.count >= length else { return nil }
        defer { rest = rest.dropFirst(length) }
        return rest.prefix(length)
    }
}
