package import Core

/// Makes values of `Decodable` types from nodes.
///
/// Kinds are not converted: a number is not taken for a text, nor a text for a number. An integer is taken for a float.
package struct YAMLDecoder: Sendable {
    private let file: String

    /// - Parameter file: the name put into the locations of faults.
    package init(file: String = "<input>") {
        self.file = file
    }

    /// - Throws: ``Fault`` `corrupted` with the path of the value and its `file:line:column`.
    package func decode<Value: Decodable>(_ type: Value.Type, from node: Node) throws(Fault) -> Value {
        let source = NodeSource(node: node, path: [], file: file)
        do {
            return try source.decode(type)
        } catch let fault as Fault {
            throw fault
        } catch let error as DecodingError {
            throw fault(for: error, in: source)
        } catch {
            throw Fault(.corrupted, "cannot read \(type)", at: file, cause: error)
        }
    }

    /// Reads a text that holds exactly one document.
    package func decode<Value: Decodable>(_ type: Value.Type, from text: String) throws(Fault) -> Value {
        try decode(type, from: try YAML.parseOne(text, file: file))
    }

    /// Puts the place of the node into a fault that a type's own `init(from:)` raised.
    private func fault(for error: DecodingError, in root: NodeSource) -> Fault {
        let context: DecodingError.Context
        var path: [any CodingKey]
        switch error {
        case .typeMismatch(_, let inner), .valueNotFound(_, let inner), .dataCorrupted(let inner):
            (context, path) = (inner, inner.codingPath)
        case .keyNotFound(let key, let inner):
            return root.descend(inner.codingPath).missing(key)
        @unknown default: return Fault(.corrupted, "cannot read the document", at: file, cause: error)
        }
        path = context.codingPath
        return root.descend(path).fault(context.debugDescription)
    }
}

/// A node with its way from the root.
struct NodeSource {
    let node: Node
    let path: [any CodingKey]
    let file: String

    func child(_ node: Node, _ key: any CodingKey) -> NodeSource {
        NodeSource(node: node, path: path + [key], file: file)
    }

    /// The deepest node that exists on a path.
    func descend(_ path: [any CodingKey]) -> NodeSource {
        var source = self
        for key in path {
            guard let next = key.intValue.flatMap({ source.node[$0] }) ?? source.node[key.stringValue] else { break }
            source = source.child(next, key)
        }
        return source
    }

    /// `spec.nodes[2].labels["a.b/c"]`.
    var pathText: String {
        path.reduce(into: "") { text, key in
            let name = key.stringValue
            let isPlain = name.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || "_-0123456789".unicodeScalars.contains($0)
            }
            if let index = key.intValue {
                text += "[\(index)]"
            } else if isPlain {
                text += text.isEmpty ? name : ".\(name)"
            } else {
                text += "[\"\(name)\"]"
            }
        }
    }

    func fault(_ why: String, next: String? = nil) -> Fault {
        let name = pathText
        return Fault(
            .corrupted, name.isEmpty ? "the document is not as expected" : "\(name) is not as expected",
            at: node.mark.location(in: file), why: why, next: next)
    }

    func wanted(_ kind: String) -> Fault {
        let isUnquoted = kind == "text" && node.scalar != nil && !node.isNull
        return fault(
            "\(kind) is wanted, this is \(node.kind)",
            next: isUnquoted ? "write \"\(node.text ?? "")\" in quotes" : nil)
    }

    func missing(_ key: any CodingKey) -> Fault {
        let name = pathText
        let what = name.isEmpty ? key.stringValue : "\(name).\(key.stringValue)"
        return Fault(.corrupted, "\(what) is missing", at: node.mark.location(in: file))
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        switch type {
        case is Bool.Type: return try cast(try bool())
        case is String.Type: return try cast(try string())
        case is Double.Type: return try cast(try double())
        case is Node.Type: return try cast(node)
        default: return try Value(from: NodeDecoder(source: self))
        }
    }

    private func cast<Value>(_ value: Any) throws -> Value {
        guard let value = value as? Value else { throw wanted("\(Value.self)") }
        return value
    }

    func bool() throws -> Bool {
        guard let value = node.bool else { throw wanted("true or false") }
        return value
    }

    func string() throws -> String {
        guard let value = node.string else { throw wanted("text") }
        return value
    }

    func double() throws -> Double {
        guard let value = node.double else { throw wanted("a number") }
        return value
    }

    func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
        switch node.scalar?.value {
        case .int(let value)?:
            guard let result = Value(exactly: value) else {
                throw fault("\(value) is outside \(Value.min)…\(Value.max)")
            }
            return result
        case .outOfRange(let text)?:
            guard let result = Value(text) else { throw fault("\(text) is outside \(Value.min)…\(Value.max)") }
            return result
        default: throw wanted("a whole number")
        }
    }
}

/// The key of an element in a list.
struct IndexKey: CodingKey {
    let index: Int

    var stringValue: String { String(index) }
    var intValue: Int? { index }

    init(_ index: Int) { self.index = index }
    init?(intValue: Int) { index = intValue }
    init?(stringValue: String) { nil }
}

/// The key under which a class's superclass is kept.
struct SuperKey: CodingKey {
    var stringValue: String { "super" }
    var intValue: Int? { nil }

    init() {}
    init?(stringValue: String) { nil }
    init?(intValue: Int) { nil }
}
