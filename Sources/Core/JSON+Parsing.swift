extension JSON {
    /// Bounds on what is accepted from a peer.
    package struct Limits: Sendable {
        /// The most bytes of a document.
        package var bytes: Int
        /// The deepest nesting of arrays and objects.
        package var depth: Int

        package init(bytes: Int = 64 << 20, depth: Int = 256) {
            self.bytes = bytes
            self.depth = depth
        }
    }

    /// Parses one document. Duplicate keys, trailing bytes and broken UTF-8 are refused.
    ///
    /// - Throws: ``Fault`` with code `corrupted` and the byte offset.
    package init(parsing bytes: some Collection<UInt8>, limits: Limits = Limits()) throws(Fault) {
        guard bytes.count <= limits.bytes else {
            throw Fault(.corrupted, "JSON of \(bytes.count) bytes is larger than the limit of \(limits.bytes)")
        }
        var parser = JSONParser(Array(bytes), depth: limits.depth)
        self = try parser.document()
    }

    package init(parsing text: String, limits: Limits = Limits()) throws(Fault) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }
}

/// A recursive-descent parser over a byte array.
private struct JSONParser {
    private let bytes: [UInt8]
    private let maximumDepth: Int
    private var offset = 0

    init(_ bytes: [UInt8], depth: Int) {
        self.bytes = bytes
        maximumDepth = depth
    }

    mutating func document() throws(Fault) -> JSON {
        let value = try value(depth: 0)
        skipSpace()
        guard offset == bytes.count else { throw fault("bytes after the end of the value") }
        return value
    }

    private func fault(_ why: String) -> Fault {
        Fault(.corrupted, "invalid JSON at byte \(offset)", why: why)
    }

    private mutating func skipSpace() {
        while offset < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[offset]) { offset += 1 }
    }

    private mutating func value(depth: Int) throws(Fault) -> JSON {
        skipSpace()
        guard offset < bytes.count else { throw fault("the value is missing") }
        switch bytes[offset] {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return try number()
        }
    }

    private mutating func literal(_ text: StaticString, _ value: JSON) throws(Fault) -> JSON {
        let count = text.utf8CodeUnitCount
        let matches =
            offset + count <= bytes.count
            && text.withUTF8Buffer { $0.elementsEqual(bytes[offset..<offset + count]) }
        guard matches else { throw fault("unknown word") }
        offset += count
        return value
    }

    private mutating func object(depth: Int) throws(Fault) -> JSON {
        guard depth <= maximumDepth else { throw fault("nested deeper than \(maximumDepth)") }
        offset += 1
        var fields: [String: JSON] = [:]
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(fields) }
        while true {
            skipSpace()
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else { throw fault("a key is missing") }
            let key = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw fault("':' is missing after the key \"\(key)\"") }
            let value = try value(depth: depth)
            guard fields.updateValue(value, forKey: key) == nil else { throw fault("the key \"\(key)\" stands twice") }
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else { throw fault("',' or '}' is missing") }
            return .object(fields)
        }
    }

    private mutating func array(depth: Int) throws(Fault) -> JSON {
        guard depth <= maximumDepth else { throw fault("nested deeper than \(maximumDepth)") }
        offset += 1
        var elements: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value(depth: depth))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else { throw fault("',' or ']' is missing") }
            return .array(elements)
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    private mutating func string() throws(Fault) -> String {
        offset += 1
        let start = offset
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\""), bytes[offset] != UInt8(ascii: "\\"),
            bytes[offset] >= 0x20
        {
            offset += 1
        }
        guard offset < bytes.count else { throw fault("the string does not end") }
        if bytes[offset] == UInt8(ascii: "\"") {
            defer { offset += 1 }
            return try text(bytes[start..<offset])
        }
        var unescaped = Array(bytes[start..<offset])
        while true {
            guard offset < bytes.count else { throw fault("the string does not end") }
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return try text(unescaped[...])
            case UInt8(ascii: "\\"): try escape(into: &unescaped)
            case ..<0x20: throw fault("a control character in a string")
            default: unescaped.append(byte)
            }
        }
    }

    private func text(_ slice: ArraySlice<UInt8>) throws(Fault) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else { throw fault("the string is not UTF-8") }
        return text
    }

    private mutating func escape(into unescaped: inout [UInt8]) throws(Fault) {
        guard offset < bytes.count else { throw fault("the string does not end") }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"):
            var scalar = UInt32(try hexUnit())
            if 0xD800...0xDBFF ~= scalar {
                guard offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
                    bytes[offset + 1] == UInt8(ascii: "u")
                else { throw fault("half of a surrogate pair") }
                offset += 2
                let low = UInt32(try hexUnit())
                guard 0xDC00...0xDFFF ~= low else { throw fault("half of a surrogate pair") }
                scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let character = Unicode.Scalar(scalar) else { throw fault("half of a surrogate pair") }
            unescaped.append(contentsOf: Character(character).utf8)
        default: throw fault("unknown escape in a string")
        }
    }

    private mutating func hexUnit() throws(Fault) -> UInt16 {
        guard offset + 4 <= bytes.count,
            let text = String(validating: bytes[offset..<offset + 4], as: UTF8.self),
            text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let unit = UInt16(text, radix: 16)
        else { throw fault("four hexadecimal digits are missing") }
        offset += 4
        return unit
    }

    private mutating func number() throws(Fault) -> JSON {
        let start = offset
        var isInteger = true
        _ = take(UInt8(ascii: "-"))
        let firstDigit = offset
        skipDigits()
        guard offset > firstDigit else { throw fault("unexpected character") }
        if bytes[firstDigit] == UInt8(ascii: "0"), offset > firstDigit + 1 {
            throw fault("a number with a leading zero")
        }
        if take(UInt8(ascii: ".")) {
            isInteger = false
            let fraction = offset
            skipDigits()
            guard offset > fraction else { throw fault("digits are missing after the point") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            let exponent = offset
            skipDigits()
            guard offset > exponent else { throw fault("digits are missing in the exponent") }
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .int(value) }
        guard let value = Double(text), value.isFinite else { throw fault("the number \(text) is out of range") }
        return .double(value)
    }

    private mutating func skipDigits() {
        while offset < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[offset] { offset += 1 }
    }
}
