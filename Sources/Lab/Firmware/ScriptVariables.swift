/// The settings of an iPXE client and their expansion in script text.
struct ScriptVariables: Sendable, Hashable {
    private(set) var values: [String: String]

    init(_ values: [String: String] = [:]) {
        self.values = values
    }

    subscript(name: String) -> String? {
        get { values[name] ?? values[name.replacing("net0/", with: "")] }
        set { values[name] = newValue }
    }

    /// Replaces `${name}` and `${name:format}`; an unknown name becomes nothing.
    func expand(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else { break }
            result += rest[..<start.lowerBound]
            result += value(of: String(rest[start.upperBound..<end]))
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    private func value(of reference: String) -> String {
        let parts = reference.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let value = self[String(parts[0])] ?? ""
        guard parts.count == 2 else { return value }
        switch parts[1] {
        case "hexhyp": return value.replacing(":", with: "-")
        case "hexraw": return value.replacing(":", with: "")
        case "uristring": return Self.uriEncoded(value)
        default: return value
        }
    }

    private static func uriEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = UnicodeScalar(byte)
            let isPlain = byte < 0x80 && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            if isPlain || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte) { return String(scalar) }
            let hex = String(byte, radix: 16, uppercase: true)
            return hex.count == 1 ? "%0\(hex)" : "%\(hex)"
        }.joined()
    }
}
