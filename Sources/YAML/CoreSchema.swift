/// The core schema of YAML 1.2.2 (10.3.2), and what older loaders would make of the same text.
enum CoreSchema {
    /// What a plain scalar means.
    ///
    /// `yes`, `on`, `1_000`, `0b1` and `1:20` are strings here; `0644` is six hundred and forty-four, `0o644` is octal.
    static func resolve(_ text: String) -> ScalarValue {
        guard let first = text.utf8.first else { return .null }
        switch first {
        case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "t"), UInt8(ascii: "T"),
            UInt8(ascii: "f"), UInt8(ascii: "F"):
            return word(text)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            return number(text)
        default:
            return .string(text)
        }
    }

    private static func word(_ text: String) -> ScalarValue {
        switch text {
        case "~", "null", "Null", "NULL": .null
        case "true", "True", "TRUE": .bool(true)
        case "false", "False", "FALSE": .bool(false)
        default: .string(text)
        }
    }

    private static func number(_ text: String) -> ScalarValue {
        switch text {
        case ".nan", ".NaN", ".NAN": return .float(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .float(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .float(-.infinity)
        default: break
        }
        switch NumberForm(text.utf8[...]) {
        case nil: return .string(text)
        case .decimal?: return Int64(text).map(ScalarValue.int) ?? .outOfRange(text)
        case .octal?: return Int64(text.dropFirst(2), radix: 8).map(ScalarValue.int) ?? .outOfRange(text)
        case .hexadecimal?: return Int64(text.dropFirst(2), radix: 16).map(ScalarValue.int) ?? .outOfRange(text)
        case .float?:
            guard let value = Double(text), value.isFinite else { return .outOfRange(text) }
            return .float(value)
        }
    }

    /// A float in a form that YAML 1.1 and 1.2 loaders alike take for that float.
    static func text(of value: Double) -> String {
        if value.isNaN { return ".nan" }
        if value.isInfinite { return value < 0 ? "-.inf" : ".inf" }
        let text = value.description
        guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
        return text[..<exponent] + ".0" + text[exponent...]
    }

    /// Whether a string must be quoted, because a YAML 1.1 or 1.2 loader would not take it for a string.
    static func needsQuotes(_ text: String) -> Bool {
        guard resolve(text) == .string(text), !otherwords.contains(text) else { return true }
        guard let first = text.utf8.first, UInt8(ascii: "+")...UInt8(ascii: "9") ~= first else { return false }
        return isOldNumber(text) || isTimestamp(text.utf8[...])
    }

    /// Words that YAML 1.1 reads as booleans, the merge key and the value key.
    private static let otherwords: Set<String> = {
        let words = ["y", "yes", "on", "n", "no", "off"]
        return Set(words + words.map { $0.uppercased() } + ["Yes", "On", "No", "Off", "<<", "="])
    }()

    /// The numbers of YAML 1.1 and of Go's loaders beyond those of 1.2: underscores, signs before a base, base 2 and 60.
    private static func isOldNumber(_ text: String) -> Bool {
        let bytes = text.utf8.filter { $0 != UInt8(ascii: "_") }
        var unsigned = bytes[...]
        if let sign = unsigned.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            unsigned = unsigned.dropFirst()
        }
        if NumberForm(unsigned) != nil { return true }
        let base = unsigned.prefix(2).map { $0 | 0x20 }
        if base == Array("0b".utf8), unsigned.count > 2 {
            return unsigned.dropFirst(2).allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "1") }
        }
        return isSexagesimal(unsigned)
    }

    /// `[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?`
    private static func isSexagesimal(_ bytes: ArraySlice<UInt8>) -> Bool {
        var parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count > 1, let last = parts.popLast(), let first = parts.first, !first.isEmpty else { return false }
        let pieces = last.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard first.allSatisfy(isDigit), pieces.count < 2 || pieces[1].allSatisfy(isDigit) else { return false }
        return (parts.dropFirst() + [pieces[0]]).allSatisfy { part in
            1...2 ~= part.count && part.allSatisfy(isDigit) && (part.count == 1 || part.first.map { $0 < 0x36 } == true)
        }
    }

    /// A date, or a date and the begin of a time.
    private static func isTimestamp(_ bytes: Substring.UTF8View) -> Bool {
        let date = bytes.prefix { isDigit($0) || $0 == UInt8(ascii: "-") }
        let parts = date.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, 1...2 ~= parts[1].count, 1...2 ~= parts[2].count else {
            return false
        }
        return bytes.dropFirst(date.count).first.map { Array("Tt ".utf8).contains($0) } ?? true
    }
}

/// The written forms of a number in the core schema.
enum NumberForm {
    case decimal, octal, hexadecimal, float

    /// - Returns: nil when the bytes are no number.
    init?<Bytes: Collection<UInt8>>(_ bytes: Bytes) where Bytes.SubSequence == Bytes {
        if bytes.first == UInt8(ascii: "0"), bytes.count > 2 {
            let digits = bytes.dropFirst(2)
            switch bytes[bytes.index(after: bytes.startIndex)] {
            case UInt8(ascii: "o") where digits.allSatisfy({ 0x30...0x37 ~= $0 }): self = .octal; return
            case UInt8(ascii: "x") where digits.allSatisfy(isHexadecimalDigit): self = .hexadecimal; return
            default: break
            }
        }
        var rest = bytes
        if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        if rest.isEmpty {
            guard !whole.isEmpty else { return nil }
            self = .decimal
            return
        }
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = rest.prefix(while: isDigit).count
            rest = rest.dropFirst(fraction)
        }
        guard !whole.isEmpty || fraction > 0 else { return nil }
        if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest = rest.dropFirst() }
            guard let digit = rest.first, isDigit(digit) else { return nil }
            rest = rest.drop(while: isDigit)
        }
        guard rest.isEmpty else { return nil }
        self = .float
    }
}

private func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }

private func isHexadecimalDigit(_ byte: UInt8) -> Bool { isDigit(byte) || 0x61...0x66 ~= byte | 0x20 }
