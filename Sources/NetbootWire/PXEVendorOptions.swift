/// Option 43 of a PXE reply (PXE 2.1 §2.3): sub-options with an end byte.
package enum PXEVendorOptions {
    /// Discovery control 8: load the boot file of this offer at once, without prompt, menu or discovery.
    package static let loadBootFileAtOnce: [UInt8] = [6, 1, 8, 0xFF]

    /// The discovery control bits of an option 43; nil when it has none.
    package static func discoveryControl(_ bytes: [UInt8]) -> UInt8? {
        var reader = ByteReader(bytes[...])
        while let code = try? reader.byte("code"), code != 0xFF {
            if code == 0 { continue }
            guard let length = try? reader.byte("length"), let value = try? reader.take(Int(length), "value") else {
                return nil
            }
            if code == 6 { return value.first }
        }
        return nil
    }
}
