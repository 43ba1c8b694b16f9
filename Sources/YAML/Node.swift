/// A place in a text: line and column count characters from 1; both are 0 in a node that was not parsed.
package struct Mark: Sendable, Hashable, CustomStringConvertible {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// The mark of a node that was built, not parsed.
    package static let none = Mark(line: 0, column: 0)

    /// `line:column`.
    package var description: String { "\(line):\(column)" }

    /// `file:line:column`, or the file alone where the place is not known.
    package func location(in file: String) -> String {
        line == 0 ? file : "\(file):\(self)"
    }
}

/// A YAML value as it was written: key order, scalar text and places are kept.
///
/// Two nodes are equal when they mean the same: places and quoting do not count, `0x1F` equals `31`, but the string
/// `"31"` does not, and the order of keys does count.
package struct Node: Sendable, Hashable {
    package indirect enum Content: Sendable, Hashable {
        case scalar(Scalar)
        case sequence([Node])
        case mapping([Pair])
    }

    /// One entry of a mapping.
    package struct Pair: Sendable, Hashable {
        package var key: Node
        package var value: Node

        package init(key: Node, value: Node) {
            self.key = key
            self.value = value
        }
    }

    package var content: Content
    /// Where the node begins in its text.
    package var mark: Mark
    /// A tag outside the core schema, for example `!reference`; core tags are applied when parsing and leave nil.
    package var tag: String?

    package init(_ content: Content, mark: Mark = .none, tag: String? = nil) {
        self.content = content
        self.mark = mark
        self.tag = tag
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.tag == right.tag && left.content == right.content
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(tag)
        hasher.combine(content)
    }
}

extension Node {
    package var scalar: Scalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// The elements; nil unless this is a sequence.
    package var sequence: [Node]? {
        if case .sequence(let elements) = content { elements } else { nil }
    }

    /// The entries in the order of the text; nil unless this is a mapping.
    package var mapping: [Pair]? {
        if case .mapping(let pairs) = content { pairs } else { nil }
    }

    /// The text of a scalar that is a string under the core schema; a number or a boolean gives nil.
    package var string: String? {
        if case .string(let text)? = scalar?.value { text } else { nil }
    }

    package var int: Int? {
        if case .int(let value)? = scalar?.value { Int(value) } else { nil }
    }

    package var bool: Bool? {
        if case .bool(let value)? = scalar?.value { value } else { nil }
    }

    /// A float, or an integer as a float.
    package var double: Double? {
        switch scalar?.value {
        case .float(let value)?: value
        case .int(let value)?: Double(value)
        default: nil
        }
    }

    package var isNull: Bool { scalar?.value == .null }

    /// The text of any scalar, whatever it resolves to.
    package var text: String? { scalar?.text }

    /// `a mapping`, `a list`, `text`, `a number` …: the kind of value, for messages.
    package var kind: String {
        switch content {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar(let scalar): scalar.value.kind
        }
    }

    /// The value of a key; reading anything but a mapping gives nil.
    ///
    /// Setting an existing key keeps its place, a new key goes to the end, nil removes the entry; setting a key of
    /// something that is no mapping makes it one.
    package subscript(key: String) -> Node? {
        get { mapping?.first { $0.key.text == key }?.value }
        set {
            var pairs = mapping ?? []
            if let index = pairs.firstIndex(where: { $0.key.text == key }) {
                if let newValue { pairs[index].value = newValue } else { pairs.remove(at: index) }
            } else if let newValue {
                pairs.append(Pair(key: .string(key), value: newValue))
            }
            content = .mapping(pairs)
        }
    }

    /// The node at a path of mapping keys. Setting creates the mappings on the way.
    package subscript(path: [String]) -> Node? {
        get {
            var node: Node? = self
            for key in path { node = node?[key] }
            return node
        }
        set {
            guard let first = path.first else { return }
            guard path.count > 1 else {
                self[first] = newValue
                return
            }
            var child = self[first] ?? .mapping([])
            child[Array(path.dropFirst())] = newValue
            self[first] = child
        }
    }

    package subscript(index: Int) -> Node? {
        guard let sequence, sequence.indices.contains(index) else { return nil }
        return sequence[index]
    }

    /// The key's own node, for its place.
    package func key(_ key: String) -> Node? {
        mapping?.first { $0.key.text == key }?.key
    }
}
