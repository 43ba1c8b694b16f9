import Core
import YAML

/// The values that layers of `machineconfigs/` name as `${name}`.
struct LayerVariables {
    private let values: [String: Node?]

    /// - Parameter values: nil, or an empty list, takes the key or element that names the variable out of the layer.
    init(_ values: [String: Node?]) {
        self.values = values
    }

    /// A layer with its variables replaced: whole values by the variable's value, parts of a text by its text. `$${`
    /// stands for `${`.
    ///
    /// - Throws: ``Fault`` `usage` at the place of an unknown variable.
    func resolve(_ layer: [Node], file: String) throws(Fault) -> [Node] {
        var documents: [Node] = []
        for document in layer where !document.isNull {
            if let resolved = try resolve(document, file: file) { documents.append(resolved) }
        }
        return documents
    }

    /// - Returns: nil when nothing is left.
    private func resolve(_ node: Node, file: String) throws(Fault) -> Node? {
        switch node.content {
        case .scalar(let scalar):
            guard scalar.text.contains("${") else { return node }
            return try resolve(scalar, of: node, file: file)
        case .sequence(let elements):
            var kept: [Node] = []
            for element in elements {
                if let resolved = try resolve(element, file: file) { kept.append(resolved) }
            }
            return kept.isEmpty && !elements.isEmpty ? nil : Node(.sequence(kept), mark: node.mark, tag: node.tag)
        case .mapping(let pairs):
            var kept: [Node.Pair] = []
            for pair in pairs {
                guard let value = try resolve(pair.value, file: file) else { continue }
                kept.append(Node.Pair(key: pair.key, value: value))
            }
            return kept.isEmpty && !pairs.isEmpty ? nil : Node(.mapping(kept), mark: node.mark, tag: node.tag)
        }
    }

    private func resolve(_ scalar: Scalar, of node: Node, file: String) throws(Fault) -> Node? {
        let text = scalar.text
        if text.hasPrefix("${"), text.hasSuffix("}"), !text.dropFirst(2).dropLast().contains("}") {
            guard var value = try value(text.dropFirst(2).dropLast(), node, file) else { return nil }
            value.mark = node.mark
            return value
        }
        var resolved = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            let before = rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            if before.hasSuffix("$") {
                resolved += before.dropLast() + "${"
                continue
            }
            guard let end = rest.firstIndex(of: "}") else {
                throw Fault(
                    .usage, "\"${\" is not closed", at: node.mark.location(in: file),
                    next: "write $${ for the characters")
            }
            guard let value = try value(rest[..<end], node, file) else { return nil }
            resolved += before + (value.text ?? "")
            rest = rest[rest.index(after: end)...]
        }
        return Node(.scalar(Scalar(string: resolved + rest)), mark: node.mark, tag: node.tag)
    }

    private func value(_ name: Substring, _ node: Node, _ file: String) throws(Fault) -> Node? {
        guard let value = values[String(name)] else {
            throw Fault(
                .usage, "the variable ${\(name)} is not known", at: node.mark.location(in: file),
                next: "these are: \(values.keys.sorted().joined(separator: ", "))")
        }
        return value?.sequence?.isEmpty == true ? nil : value
    }
}
