import Archives
import Core

/// The little of gzip (RFC 1952) that nodes need.
enum Gzip {
    /// Wraps bytes without compressing them.
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
        var rest = bytes[...]
        repeat {
            let part = rest.prefix(0xFFFF)
            rest = rest.dropFirst(part.count)
            let length = UInt16(part.count)
            result += [rest.isEmpty ? 1 : 0]
            for value in [length, ~length] { result += [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)] }
            result += part
        } while !rest.isEmpty
        for value in [crc32(bytes), UInt32(truncatingIfNeeded: bytes.count)] {
            result += (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        return result
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in
                value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
            }
        }
    }
}

extension Gzip {
    /// - Throws: ``Fault`` for gzip that does not unpack within the limit.
    static func decompressedIfNeeded(_ bytes: [UInt8], limit: Int) throws(Fault) -> [UInt8] {
        bytes.starts(with: [0x1F, 0x8B]) ? try Compressed.unpack(bytes, limit: limit) : bytes
    }
}
