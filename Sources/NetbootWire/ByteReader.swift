/// Reads a packet from front to back and never past its end.
struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var remaining: Int { bytes.endIndex - position }

    var rest: ArraySlice<UInt8> { bytes[position...] }

    mutating func byte(_ field: String) throws(WireError) -> UInt8 {
        let slice = try take(1, field)
        return slice[slice.startIndex]
    }

    mutating func integer16(_ field: String) throws(WireError) -> UInt16 {
        try take(2, field).reduce(0) { $0 << 8 | UInt16($1) }
    }

    mutating func integer32(_ field: String) throws(WireError) -> UInt32 {
        try take(4, field).reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func take(_ count: Int, _ field: String) throws(WireError) -> ArraySlice<UInt8> {
        guard count <= remaining else { throw .truncated(field: field, needed: count, found: remaining) }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// The bytes before the next zero byte, which is passed over as well.
    mutating func terminated(_ field: String) throws(WireError) -> ArraySlice<UInt8> {
        guard let end = rest.firstIndex(of: 0) else {
            throw .invalid(field: field, reason: "no zero byte ends it")
        }
        defer { position = end + 1 }
        return bytes[position..<end]
    }
}

extension Array where Element == UInt8 {
    mutating func append(big value: UInt16) {
        append(contentsOf: [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)])
    }

    mutating func append(big value: UInt32) {
        append(big: UInt16(value >> 16))
        append(big: UInt16(truncatingIfNeeded: value))
    }
}
