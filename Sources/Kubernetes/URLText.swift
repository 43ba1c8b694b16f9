/// Percent-encoding of URL parts (RFC 3986).
enum URLText {
    /// A path segment: everything but unreserved characters and `:` is encoded.
    static func segment(_ text: String) -> String { encode(text, keeping: ":") }

    /// `a=1&b=2` in the order given; nil values are left out.
    static func query(_ items: [(String, String?)]) -> String {
        items.compactMap { name, value in
            value.map { "\(encode(name, keeping: ""))=\(encode($0, keeping: ":/,"))" }
        }.joined(separator: "&")
    }

    private static func encode(_ text: String, keeping extra: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            let isUnreserved =
                byte < 0x80
                && (scalar.properties.isAlphabetic || 0x30...0x39 ~= byte || "-._~".unicodeScalars.contains(scalar))
            if isUnreserved || (byte < 0x80 && extra.unicodeScalars.contains(scalar)) {
                encoded.unicodeScalars.append(scalar)
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                encoded += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return encoded
    }
}
