extension JSON {
    /// The canonical bytes: UTF-8, keys sorted, no white space.
    package func serialized() -> [UInt8] {
        var writer = JSONWriter(indent: nil)
        writer.write(self, depth: 0)
        return writer.bytes
    }

    /// The same with two spaces of indentation and a line a field, for people.
    package func prettyPrinted() -> String {
        var writer = JSONWriter(indent: 2)
        writer.write(self, depth: 0)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension JSON: CustomStringConvertible {
    package var description: String { String(decoding: serialized(), as: UTF8.self) }
}

private struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private let indent: Int?

    init(indent: Int?) {
        self.indent = indent
    }

    mutating func write(_ value: JSON, depth: Int) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .int(let value): append(String(value))
        case .double(let value): append(value.isFinite ? String(value) : "null")
        case .string(let value): write(value)
        case .array(let elements):
            list(open: "[", close: "]", elements, depth: depth) { writer, element in
                writer.write(element, depth: depth + 1)
            }
        case .object(let fields):
            let sorted = fields.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            list(open: "{", close: "}", sorted, depth: depth) { writer, field in
                writer.write(field.key)
                writer.append(writer.indent == nil ? ":" : ": ")
                writer.write(field.value, depth: depth + 1)
            }
        }
    }

    private mutating func list<Element>(
        open: String, close: String, _ elements: [Element], depth: Int, _ body: (inout JSONWriter, Element) -> Void
    ) {
        append(open)
        for (index, element) in elements.enumerated() {
            if index > 0 { append(",") }
            newLine(depth + 1)
            body(&self, element)
        }
        if !elements.isEmpty { newLine(depth) }
        append(close)
    }

    private mutating func newLine(_ depth: Int) {
        guard let indent else { return }
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: depth * indent))
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case 0x0A: append("\\n")
            case 0x0D: append("\\r")
            case 0x09: append("\\t")
            case ..<0x20:
                let hex = String(byte, radix: 16)
                append("\\u" + String(repeating: "0", count: 4 - hex.count) + hex)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
