import YAML

extension ConfigShape {
    /// What a loader objects to: keys that it does not know, and values of the wrong kind.
    struct Objections: Sendable, Hashable {
        /// Dotted paths.
        var unknownKeys: [String] = []
        var wrongKinds: [String] = []

        var isEmpty: Bool { unknownKeys.isEmpty && wrongKinds.isEmpty }
    }

    /// Compares a node with the shape. Null fits everywhere.
    func objections(to node: Node, at path: String = "") -> Objections {
        var found = Objections()
        check(node, path, &found)
        return found
    }

    private func check(_ node: Node, _ path: String, _ found: inout Objections) {
        guard !node.isNull else { return }
        switch self {
        case .any:
            return
        case .scalar:
            if node.scalar == nil { found.wrongKinds.append("\(path): \(node.kind) where a scalar is expected") }
        case .list(let element):
            guard let elements = node.sequence else {
                found.wrongKinds.append("\(path): \(node.kind) where a list is expected")
                return
            }
            for (index, value) in elements.enumerated() { element.check(value, "\(path)[\(index)]", &found) }
        case .object(let fields):
            each(node, path, &found) { key, value, place, found in
                guard let shape = fields[key] else {
                    found.unknownKeys.append(place)
                    return
                }
                shape.check(value, place, &found)
            }
        case .map(let shape):
            each(node, path, &found) { _, value, place, found in shape.check(value, place, &found) }
        }
    }

    private func each(
        _ node: Node, _ path: String, _ found: inout Objections,
        _ body: (_ key: String, _ value: Node, _ place: String, _ found: inout Objections) -> Void
    ) {
        guard let pairs = node.mapping else {
            found.wrongKinds.append("\(path): \(node.kind) where a mapping is expected")
            return
        }
        for pair in pairs {
            let key = pair.key.text ?? ""
            body(key, pair.value, path.isEmpty ? key : "\(path).\(key)", &found)
        }
    }
}
