/// The few ASN.1 values (X.690) that certificate extensions are made of.
enum DER {
    static func sequence(_ elements: [[UInt8]]) -> [UInt8] { tagged(0x30, Array(elements.joined())) }

    static func boolean(_ value: Bool) -> [UInt8] { tagged(0x01, [value ? 0xFF : 0]) }

    static func octets(_ bytes: [UInt8]) -> [UInt8] { tagged(0x04, bytes) }

    /// Named bits (X.680 22.7): the first bit is the highest one; trailing zero bits are left out.
    static func namedBits(_ bits: Set<Int>) -> [UInt8] {
        guard let last = bits.max() else { return tagged(0x03, [0]) }
        var bytes = [UInt8](repeating: 0, count: last / 8 + 1)
        for bit in bits { bytes[bit / 8] |= 0x80 >> UInt8(bit % 8) }
        return tagged(0x03, [UInt8(7 - last % 8)] + bytes)
    }

    static func objectIdentifier(_ arcs: [UInt]) -> [UInt8] {
        var body: [UInt8] = []
        for arc in [arcs[0] * 40 + arcs[1]] + arcs.dropFirst(2) {
            var groups = [UInt8(arc & 0x7F)]
            var rest = arc >> 7
            while rest > 0 {
                groups.append(UInt8(rest & 0x7F) | 0x80)
                rest >>= 7
            }
            body.append(contentsOf: groups.reversed())
        }
        return tagged(0x06, body)
    }

    /// A primitive context-specific value with an implicit tag.
    static func context(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { tagged(0x80 | number, bytes) }

    private static func tagged(_ tag: UInt8, _ body: [UInt8]) -> [UInt8] {
        guard body.count >= 128 else { return [tag, UInt8(body.count)] + body }
        var length: [UInt8] = []
        var rest = body.count
        while rest > 0 {
            length.insert(UInt8(rest & 0xFF), at: 0)
            rest >>= 8
        }
        return [tag, 0x80 | UInt8(length.count)] + length + body
    }
}
