import Core

/// A label selector in its query form: `a=b,c!=d,e in (f,g),h,!i`.
struct LabelSelector: Sendable {
    private enum Requirement: Sendable {
        case `in`(String, Set<String>)
        case notIn(String, Set<String>)
        case exists(String)
        case absent(String)
        case greater(String, Int)
        case less(String, Int)
    }

    private var requirements: [Requirement] = []

    var isEmpty: Bool { requirements.isEmpty }

    /// - Throws: 400 for text that is no selector.
    init(_ text: String) throws(APIError) {
        for part in LabelSelector.split(text) {
            guard let requirement = LabelSelector.requirement(part) else {
                throw .badRequest("unable to parse requirement: \(part.quoted)")
            }
            requirements.append(requirement)
        }
    }

    func matches(_ labels: [String: JSON]) -> Bool {
        requirements.allSatisfy { requirement in
            switch requirement {
            case .in(let key, let values): labels[key]?.string.map(values.contains) ?? false
            case .notIn(let key, let values): labels[key]?.string.map { !values.contains($0) } ?? true
            case .exists(let key): labels[key] != nil
            case .absent(let key): labels[key] == nil
            case .greater(let key, let bound): labels[key]?.string.flatMap { Int($0) }.map { $0 > bound } ?? false
            case .less(let key, let bound): labels[key]?.string.flatMap { Int($0) }.map { $0 < bound } ?? false
            }
        }
    }

    /// The parts between commas that stand outside of parentheses.
    private static func split(_ text: String) -> [String] {
        var parts: [String] = []
        var part = ""
        var isInside = false
        for character in text {
            switch character {
            case "(": isInside = true
            case ")": isInside = false
            case "," where !isInside:
                parts.append(part)
                part = ""
                continue
            default: break
            }
            part.append(character)
        }
        parts.append(part)
        return parts.map(\.trimmed).filter { !$0.isEmpty }
    }

    private static func requirement(_ part: String) -> Requirement? {
        if part.hasPrefix("!") {
            let key = String(part.dropFirst()).trimmed
            return isKey(key) ? .absent(key) : nil
        }
        if part.hasSuffix(")"), let open = part.firstIndex(of: "(") {
            let words = part[..<open].split(separator: " ").map(String.init)
            let values = Set(
                part[part.index(after: open)...].dropLast().split(separator: ",", omittingEmptySubsequences: false).map
                {
                    String($0).trimmed
                })
            guard words.count == 2, isKey(words[0]) else { return nil }
            return words[1] == "in" ? .in(words[0], values) : words[1] == "notin" ? .notIn(words[0], values) : nil
        }
        for separator in ["!=", "==", "=", ">", "<"] {
            guard let (key, value) = part.divided(by: separator) else { continue }
            guard isKey(key.trimmed) else { return nil }
            switch separator {
            case "!=": return .notIn(key.trimmed, [value.trimmed])
            case ">": return Int(value.trimmed).map { .greater(key.trimmed, $0) }
            case "<": return Int(value.trimmed).map { .less(key.trimmed, $0) }
            default: return .in(key.trimmed, [value.trimmed])
            }
        }
        return isKey(part) ? .exists(part) : nil
    }

    private static func isKey(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "(") && $0 != UInt8(ascii: ")") }
    }
}

/// A field selector: `metadata.name=a,status.phase!=Running`.
struct FieldSelector: Sendable {
    private var requirements: [(path: [String], isEqual: Bool, value: String)] = []

    var isEmpty: Bool { requirements.isEmpty }

    /// - Throws: 400 for text that is no selector, or for a field that a custom resource cannot be selected by.
    init(_ text: String, for kind: ResourceKind) throws(APIError) {
        for part in text.split(separator: ",").map(String.init) {
            let divided =
                part.divided(by: "!=").map { ($0, $1, false) } ?? part.divided(by: "==").map { ($0, $1, true) }
                ?? part.divided(by: "=").map { ($0, $1, true) }
            guard let (field, value, isEqual) = divided else {
                throw .badRequest("invalid selector: \(part.quoted); can't understand \(part.quoted)")
            }
            if kind.isCustom, !["metadata.name", "metadata.namespace"].contains(field) {
                throw .badRequest("field label not supported: \(field)")
            }
            requirements.append((field.split(separator: ".").map(String.init), isEqual, value))
        }
    }

    /// The name that alone can match.
    var name: String? { requirements.first { $0.isEqual && $0.path == ["metadata", "name"] }?.value }

    func matches(_ object: JSON) -> Bool {
        requirements.allSatisfy { path, isEqual, value in
            let found: String =
                switch object[path] {
                case .string(let text)?: text
                case .bool(let bool)?: String(bool)
                case .int(let int)?: String(int)
                default: ""
                }
            return (found == value) == isEqual
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }

    /// The texts before and after the first place where a separator stands.
    fileprivate func divided(by separator: String) -> (String, String)? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(separator) {
                return (String(self[..<index]), String(self[self.index(index, offsetBy: separator.count)...]))
            }
            index = self.index(after: index)
        }
        return nil
    }
}
