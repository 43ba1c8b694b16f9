/// How Talos fills the placeholders in the URL of `talos.config` (platform/metal/url).
enum ConfigURL {
    /// What stands for each placeholder; a missing one is not known yet.
    typealias Values = [String: String]

    private static let names: Set<String> = ["uuid", "serial", "mac", "hostname", "code"]

    /// The placeholders that occur in values of the query, lower-case. Path, host and keys are not looked at.
    static func placeholders(in url: String) -> Set<String> {
        guard let query = split(url).query else { return [] }
        var found: Set<String> = []
        for (key, value) in pairs(query) {
            if key == "uuid", value.isEmpty { found.insert("uuid") }
            for name in names where value.lowercased().contains("${\(name)}") { found.insert(name) }
        }
        return found
    }

    /// The URL to ask: verbatim without placeholders; with one, the query is encoded anew with its keys sorted, and a
    /// placeholder without a value stays, percent-encoded.
    static func resolved(_ url: String, values: Values) -> String {
        guard !placeholders(in: url).isEmpty, case (let before, let query?, let fragment) = split(url) else {
            return url
        }
        let filled = pairs(query).map { key, value in
            let legacy = key == "uuid" && value.isEmpty
            return (key, legacy ? values["uuid"] ?? "" : replaced(value, values))
        }
        let sorted = filled.enumerated().sorted {
            ($0.element.0, $0.offset) < ($1.element.0, $1.offset)
        }
        let encoded = sorted.map { "\(escaped($0.element.0))=\(escaped($0.element.1))" }.joined(separator: "&")
        return "\(before)?\(encoded)\(fragment)"
    }

    private static func replaced(_ text: String, _ values: Values) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "$") {
            result += rest[..<start]
            let tail = rest[start...]
            guard tail.hasPrefix("${"), let end = tail.firstIndex(of: "}"),
                let value = values[tail[tail.index(start, offsetBy: 2)..<end].lowercased()]
            else {
                result.append("$")
                rest = tail.dropFirst()
                continue
            }
            result += value
            rest = tail[tail.index(after: end)...]
        }
        return result + rest
    }

    private static func split(_ url: String) -> (before: String, query: String?, fragment: String) {
        let parts = url.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let fragment = parts.count == 2 ? "#\(parts[1])" : ""
        let halves = parts[0].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(halves[0]), halves.count == 2 ? String(halves[1]) : nil, fragment)
    }

    private static func pairs(_ query: String) -> [(String, String)] {
        query.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (unescaped(parts[0]), parts.count == 2 ? unescaped(parts[1]) : "")
        }
    }

    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(0x20)
            } else if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Go's `url.QueryEscape`.
    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                return String(UnicodeScalar(byte))
            case 0x20:
                return "+"
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                return hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }.joined()
    }
}
