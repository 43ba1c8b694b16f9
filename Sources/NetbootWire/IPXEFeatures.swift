/// Option 175 as an iPXE client sends it: what was built into it.
package struct IPXEFeatures: Sendable, Hashable {
    package static let http: UInt8 = 0x13
    package static let https: UInt8 = 0x14
    package static let dns: UInt8 = 0x17
    package static let bzImage: UInt8 = 0x18
    package static let efi: UInt8 = 0x24
    package static let version: UInt8 = 0xEB

    /// Sub-options by number.
    package var values: [UInt8: [UInt8]]

    package init(_ values: [UInt8: [UInt8]]) {
        self.values = values
    }

    /// Reads as far as the sub-options are well-formed.
    package init(parsing bytes: [UInt8]) {
        var reader = ByteReader(bytes[...])
        var found: [UInt8: [UInt8]] = [:]
        while let code = try? reader.byte("code"), code != 0xFF, let length = try? reader.byte("length"),
            let value = try? reader.take(Int(length), "value")
        {
            found[code] = Array(value)
        }
        values = found
    }

    /// Whether a feature flag is present and not zero.
    package func has(_ feature: UInt8) -> Bool { values[feature].map { $0.contains { $0 != 0 } } ?? false }

    package func serialized() -> [UInt8] {
        values.keys.sorted().flatMap { code in
            let value = (values[code] ?? []).prefix(255)
            return [code, UInt8(value.count)] + value
        }
    }
}
