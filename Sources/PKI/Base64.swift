/// Base64 (RFC 4648) with the standard and the URL-safe alphabet.
package enum Base64 {
    package enum Alphabet: Sendable, Hashable {
        /// Section 4: `+` and `/`.
        case standard
        /// Section 5: `-` and `_`.
        case url
    }

    package static func encode(
        _ bytes: some Collection<UInt8>, alphabet: Alphabet = .standard, padding: Bool = true
    ) -> String {
        let digits = alphabet == .standard ? standardDigits : urlDigits
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var (bits, count) = (0 as UInt32, 0)
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 1
            if count == 3 {
                text.append(digits[Int(bits >> 18)])
                text.append(digits[Int(bits >> 12 & 63)])
                text.append(digits[Int(bits >> 6 & 63)])
                text.append(digits[Int(bits & 63)])
                (bits, count) = (0, 0)
            }
        }
        if count > 0 {
            bits <<= UInt32(8 * (3 - count))
            for place in 0...count { text.append(digits[Int(bits >> UInt32(18 - 6 * place) & 63)]) }
            if padding { text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - count)) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of a text; nil at any character outside the alphabet or at wrong padding.
    ///
    /// Line breaks are skipped. The standard alphabet must be padded, the URL alphabet may be.
    package static func decode(_ text: some StringProtocol, alphabet: Alphabet = .standard) -> [UInt8]? {
        let values = alphabet == .standard ? standardValues : urlValues
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 4 * 3)
        var (bits, digits, pads) = (0 as UInt32, 0, 0)
        for character in text.utf8 where character != UInt8(ascii: "\n") && character != UInt8(ascii: "\r") {
            if character == UInt8(ascii: "=") {
                pads += 1
                continue
            }
            let value = values[Int(character)]
            guard value < 64, pads == 0 else { return nil }
            bits = bits << 6 | UInt32(value)
            digits += 1
            if digits.isMultiple(of: 4) {
                bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
                bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
                bytes.append(UInt8(truncatingIfNeeded: bits))
            }
        }
        let rest = digits % 4
        let isPadded = pads == (4 - rest) % 4
        guard rest != 1, isPadded || (alphabet == .url && pads == 0) else { return nil }
        if rest == 2 { bytes.append(UInt8(truncatingIfNeeded: bits >> 4)) }
        if rest == 3 {
            bytes.append(UInt8(truncatingIfNeeded: bits >> 10))
            bytes.append(UInt8(truncatingIfNeeded: bits >> 2))
        }
        return bytes
    }

    private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    private static let standardDigits = Array((letters + "+/").utf8)
    private static let urlDigits = Array((letters + "-_").utf8)
    private static let standardValues = values(of: standardDigits)
    private static let urlValues = values(of: urlDigits)

    /// The value of each character, 255 for those outside the alphabet.
    private static func values(of digits: [UInt8]) -> [UInt8] {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }
}
