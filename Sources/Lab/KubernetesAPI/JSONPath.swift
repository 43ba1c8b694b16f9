import Core

/// The paths that printer columns use: `.a.b`, `['a.b']`, `[0]`, `[*]`, `[?(@.type=="Ready")]`.
struct JSONPath: Sendable {
    private enum Step: Sendable {
        case field(String)
        case index(Int)
        case all
        case filter([String], isEqual: Bool, JSON)
        case having([String])
    }

    private let steps: [Step]

    /// - Returns: nil for a path in another syntax.
    init?(_ text: String) {
        var rest = text[...]
        if rest.first == "{", rest.last == "}" { rest = rest.dropFirst().dropLast() }
        if rest.first == "$" { rest = rest.dropFirst() }
        var steps: [Step] = []
        while !rest.isEmpty {
            if rest.first == "." {
                rest = rest.dropFirst()
                if rest.first == "*" {
                    steps.append(.all)
                    rest = rest.dropFirst()
                    continue
                }
                let name = JSONPath.name(&rest)
                guard !name.isEmpty || rest.isEmpty || rest.first == "[" else { return nil }
                if !name.isEmpty { steps.append(.field(name)) }
            } else if rest.first == "[" {
                guard let (inside, after) = JSONPath.bracket(rest), let step = JSONPath.step(inside) else { return nil }
                steps.append(step)
                rest = after
            } else {
                return nil
            }
        }
        self.steps = steps
    }

    /// All values that the path leads to.
    func values(in root: JSON) -> [JSON] {
        var values = [root]
        for step in steps {
            values = values.flatMap { value -> [JSON] in
                switch step {
                case .field(let name): value[name].map { [$0] } ?? []
                case .index(let index):
                    value[index < 0 ? (value.array?.count ?? 0) + index : index].map { [$0] } ?? []
                case .all: value.array ?? value.object.map { Array($0.values) } ?? []
                case .filter(let path, let isEqual, let wanted):
                    (value.array ?? []).filter { ($0[path] == wanted) == isEqual && $0[path] != nil }
                case .having(let path): (value.array ?? []).filter { $0[path] != nil }
                }
            }
        }
        return values
    }

    /// A field's name, where a backslash takes the next character as it is.
    private static func name(_ rest: inout Substring) -> String {
        var name = ""
        while let character = rest.first, character != ".", character != "[" {
            rest = rest.dropFirst()
            if character == "\\", let escaped = rest.first {
                name.append(escaped)
                rest = rest.dropFirst()
            } else {
                name.append(character)
            }
        }
        return name
    }

    /// What stands between a bracket and the one that closes it, and what follows.
    private static func bracket(_ text: Substring) -> (Substring, Substring)? {
        var depth = 0
        var quote: Character?
        for index in text.indices {
            let character = text[index]
            if let open = quote {
                if character == open { quote = nil }
                continue
            }
            switch character {
            case "'", "\"": quote = character
            case "[": depth += 1
            case "]":
                depth -= 1
                if depth == 0 {
                    return (text[text.index(after: text.startIndex)..<index], text[text.index(after: index)...])
                }
            default: break
            }
        }
        return nil
    }

    private static func step(_ inside: Substring) -> Step? {
        if inside == "*" { return .all }
        if let index = Int(inside) { return .index(index) }
        if let name = quoted(inside) { return .field(name) }
        guard inside.hasPrefix("?("), inside.hasSuffix(")") else { return nil }
        let condition = inside.dropFirst(2).dropLast()
        for (separator, isEqual) in [("==", true), ("!=", false)] {
            guard let place = condition.firstRange(of: separator) else { continue }
            let left = condition[..<place.lowerBound].filter { $0 != " " }
            let right = condition[place.upperBound...].drop { $0 == " " }
            guard let path = fields(left) else { return nil }
            let text = String(right).trimmingSpaces
            guard let value = quoted(text[...]).map(JSON.string) ?? (try? JSON(parsing: text)) else { return nil }
            return .filter(path, isEqual: isEqual, value)
        }
        return fields(condition.filter { $0 != " " }).map(Step.having)
    }

    private static func quoted(_ text: Substring) -> String? {
        guard text.count >= 2, let first = text.first, first == "'" || first == "\"", text.last == first else {
            return nil
        }
        return String(text.dropFirst().dropLast())
    }

    /// The fields of `@.a.b`.
    private static func fields(_ text: String) -> [String]? {
        guard text.hasPrefix("@.") else { return nil }
        return text.dropFirst(2).split(separator: ".").map(String.init)
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

extension Substring {
    fileprivate func firstRange(of text: String) -> Range<Substring.Index>? {
        for index in indices where self[index...].hasPrefix(text) {
            return index..<self.index(index, offsetBy: text.count)
        }
        return nil
    }
}
