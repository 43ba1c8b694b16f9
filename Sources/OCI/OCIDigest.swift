import PKI

/// A content digest, `sha256:` and 64 hexadecimal digits (OCI image specification, "Digests").
package struct OCIDigest: Sendable, Hashable, CustomStringConvertible {
    /// Lower case, without the algorithm.
    package let hexadecimal: String

    /// - Returns: nil for other algorithms, upper case and wrong lengths, as the specification has it.
    package init?(_ text: some StringProtocol) {
        guard text.hasPrefix("sha256:") else { return nil }
        let digits = text.utf8.dropFirst(7)
        let isHexadecimal = digits.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }
        guard digits.count == 64, isHexadecimal else { return nil }
        hexadecimal = String(text.dropFirst(7))
    }

    /// The digest of some bytes.
    package init(of bytes: [UInt8]) {
        hexadecimal = SHA256.hexadecimalHash(bytes)
    }

    package var description: String { "sha256:\(hexadecimal)" }
}
