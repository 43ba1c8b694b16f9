import YAML

/// Holds a document against its shape: reports what does not fit, and returns what does, with all defaults filled in.
struct ShapeChecker {
    private(set) var report: Report
    private let root: Shape

    init(_ root: Shape, report: Report) {
        self.root = root
        self.report = report
    }

    mutating func check(_ node: Node) -> Node {
        check(node, root, "") ?? .mapping([])
    }

    /// - Returns: nil when nothing of the value can be used.
    private mutating func check(_ node: Node, _ shape: Shape, _ path: String) -> Node? {
        if node.isNull {
            report.add(node.mark, "\(name(path)) has no value", next: "give it one, or remove the line")
            return nil
        }
        switch shape {
        case .text(let format): return text(node, format, path)
        case .choice(let words, let aliases): return choice(node, words, aliases, path)
        case .integer(let range): return integer(node, range, path)
        case .boolean: return boolean(node, path)
        case .object(let object): return self.object(node, object, path)
        case .list(let element, let minimum): return list(node, element, minimum, path)
        case .map(let keys, let values): return map(node, keys, values, path)
        case .anyMapping:
            if node.mapping != nil { return node }
            wrongKind(node, path, "a mapping")
        case .patch:
            if node.mapping != nil || node.string != nil { return node }
            wrongKind(node, path, "a mapping or YAML text")
        }
        return nil
    }

    private func name(_ path: String) -> String { path.isEmpty ? "the document" : path }

    private mutating func wrongKind(_ node: Node, _ path: String, _ wanted: String, next: String? = nil) {
        report.add(node.mark, "\(name(path)) is \(node.kind)", why: "it must be \(wanted)", next: next)
    }

    private mutating func text(_ node: Node, _ format: TextFormat, _ path: String) -> Node? {
        guard let text = node.string else {
            let quoted = node.text.map { "write \"\($0)\" in quotes" }
            wrongKind(node, path, format.kind, next: quoted ?? "for example \(format.example)")
            return nil
        }
        guard let advice = format.advice(text) else { return node }
        report.add(
            node.mark, "\(name(path)) is \"\(text)\"", why: advice.why ?? "it must be \(format.kind)",
            next: advice.next ?? "for example \(format.example)")
        return nil
    }

    private mutating func choice(_ node: Node, _ words: [String], _ aliases: [String: String], _ path: String) -> Node?
    {
        guard let text = node.text else {
            wrongKind(node, path, listed(words))
            return nil
        }
        if node.string != nil, words.contains(text) { return node }
        let near = aliases[text.lowercased()] ?? nearest(to: text, among: words)
        report.add(
            node.mark, "\(name(path)) is \"\(text)\"", why: "it must be \(listed(words))",
            next: near.map { "did you mean \($0)?" })
        return nil
    }

    private mutating func integer(_ node: Node, _ range: ClosedRange<Int>, _ path: String) -> Node? {
        guard let value = node.int else {
            let unquoted = node.string.flatMap { Int($0) }.map { "write \($0) without quotes" }
            wrongKind(node, path, "a whole number", next: unquoted ?? "for example \(range.lowerBound)")
            return nil
        }
        guard !range.contains(value) else { return node }
        report.add(
            node.mark, "\(name(path)) is \(value)", why: "it must be from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }

    private mutating func boolean(_ node: Node, _ path: String) -> Node? {
        if node.bool != nil { return node }
        let meant = ["yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"]
        let word = node.text?.lowercased() ?? ""
        let right = meant[word] ?? (["true", "false"].contains(word) ? word : nil)
        wrongKind(node, path, "true or false", next: right.map { "write \($0) without quotes" })
        return nil
    }

    private mutating func list(_ node: Node, _ element: Shape, _ minimum: Int, _ path: String) -> Node? {
        guard let elements = node.sequence else {
            wrongKind(node, path, "a list", next: node.text.map { "write [\($0)]" } ?? "begin each element with '- '")
            return nil
        }
        if elements.count < minimum {
            report.add(node.mark, "\(path) is empty", why: "it must have at least \(minimum)")
        }
        var checked: [Node] = []
        for (index, item) in elements.enumerated() {
            // An element without use keeps its place, so that the others keep their number.
            let value = check(item, element, "\(path)[\(index)]")
            if let value {
                checked.append(value)
            } else if case .object = element {
                checked.append(Node(.mapping([]), mark: item.mark))
            }
        }
        return Node(.sequence(checked), mark: node.mark)
    }

    private mutating func map(_ node: Node, _ keys: TextFormat, _ values: Shape, _ path: String) -> Node? {
        guard let pairs = node.mapping else {
            wrongKind(node, path, "a mapping")
            return nil
        }
        var checked: [Node.Pair] = []
        for pair in pairs {
            let key = text(pair.key, keys, "a key of \(path)")
            let value = check(pair.value, values, "\(path)[\"\(pair.key.text ?? "")\"]")
            if let key, let value { checked.append(Node.Pair(key: key, value: value)) }
        }
        return Node(.mapping(checked), mark: node.mark)
    }

    private mutating func object(_ node: Node, _ shape: ObjectShape, _ path: String) -> Node? {
        guard let pairs = node.mapping else {
            wrongKind(node, path, "a mapping", next: shape.hint)
            return nil
        }
        for pair in pairs where !shape.fields.contains(where: { $0.name == pair.key.text }) {
            unknown(pair.key, in: shape, path)
        }
        var checked: [Node.Pair] = []
        for field in shape.fields {
            let place = path.isEmpty ? field.name : "\(path).\(field.name)"
            if let pair = pairs.first(where: { $0.key.text == field.name }) {
                let value = check(pair.value, field.shape, place)
                if let value { checked.append(Node.Pair(key: pair.key, value: value)) }
            } else if case .defaulted(let value) = field.presence {
                let filled = check(value, field.shape, place) ?? value
                checked.append(Node.Pair(key: .string(field.name), value: filled))
            } else if field.isRequired {
                report.add(node.mark, "\(place) is missing", why: "it is \(field.summary)", next: example(field))
            }
        }
        alternatives(node, shape, path)
        return Node(.mapping(checked), mark: node.mark)
    }

    private func example(_ field: Field) -> String? {
        switch field.shape {
        case .text(let format): "add \(field.name): \(format.example)"
        case .choice(let words, _): "add \(field.name): \(words[0])"
        case .object(let object): "add \(field.name): with \(listed(object.fields.map(\.name), "and"))"
        default: "add \(field.name):"
        }
    }

    private mutating func alternatives(_ node: Node, _ shape: ObjectShape, _ path: String) {
        guard let alternatives = shape.alternatives else { return }
        let given = alternatives.names.compactMap { node.key($0) }
        switch alternatives {
        case .exactlyOne(let names) where given.count > 1:
            report.add(
                given[1].mark, "\(path) has \(listed(given.compactMap(\.text), "and"))",
                why: "exactly one of \(listed(names)) is wanted", next: "remove all but one")
        case .exactlyOne(let names) where given.isEmpty:
            report.add(
                node.mark, "\(path) is empty", why: "exactly one of \(listed(names)) is wanted", next: shape.hint)
        case .atLeastOne(let names) where given.isEmpty:
            report.add(
                node.mark, "\(path) is empty", why: "at least one of \(listed(names)) is wanted", next: shape.hint)
        default: break
        }
    }

    private mutating func unknown(_ key: Node, in shape: ObjectShape, _ path: String) {
        let word = key.text ?? key.kind
        let names = shape.fields.map(\.name)
        let what = "unknown key \"\(word)\"" + (path.isEmpty ? "" : " in \(path)")
        let places = SchemaIndex.places(of: word, in: root)
        let next: String? =
            if let alias = shape.fields.first(where: { $0.aliases.contains(word) })?.name {
                "did you mean \(alias)?"
            } else if 1...3 ~= places.count {
                "it belongs to \(listed(places))"
            } else {
                nearest(to: word, among: names).map { "did you mean \($0)?" }
            }
        report.add(key.mark, what, why: "there are \(names.joined(separator: ", "))", next: next)
    }
}

/// Where keys stand in the shape.
enum SchemaIndex {
    /// The paths of the mappings that have a key of that name.
    static func places(of name: String, in shape: Shape, _ path: String = "") -> [String] {
        switch shape {
        case .object(let object):
            let here = object.fields.contains { $0.name == name } ? [path.isEmpty ? "the top level" : path] : []
            return here
                + object.fields.flatMap {
                    places(of: name, in: $0.shape, path.isEmpty ? $0.name : "\(path).\($0.name)")
                }
        case .list(let element, _): return places(of: name, in: element, "\(path)[]")
        default: return []
        }
    }
}
