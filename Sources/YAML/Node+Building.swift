extension Node {
    /// A string; it is quoted when written if a loader could take it for something else.
    package static func string(_ text: String) -> Node { Node(.scalar(Scalar(string: text))) }

    package static func int(_ value: Int) -> Node { Node(.scalar(Scalar(String(value)))) }

    package static func bool(_ value: Bool) -> Node { Node(.scalar(Scalar(value ? "true" : "false"))) }

    package static func double(_ value: Double) -> Node { Node(.scalar(Scalar(CoreSchema.text(of: value)))) }

    package static var null: Node { Node(.scalar(Scalar("null"))) }

    /// A plain scalar whose text is written as it stands, for example `0o644`.
    package static func plain(_ text: String) -> Node { Node(.scalar(Scalar(text))) }

    package static func sequence(_ elements: [Node]) -> Node { Node(.sequence(elements)) }

    package static func strings(_ texts: some Sequence<String>) -> Node { Node(.sequence(texts.map(Node.string))) }

    /// A mapping with its entries in the order given, leaving out those whose value is nil.
    package static func mapping(_ entries: [(String, Node?)]) -> Node {
        Node(
            .mapping(
                entries.compactMap { key, value in value.map { Pair(key: .string(key), value: $0) } }))
    }
}

extension Node: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .int(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: Node...) { self = .sequence(elements) }
    /// Entries in the order of the literal.
    package init(dictionaryLiteral entries: (String, Node)...) {
        self = .mapping(entries.map { ($0, $1) })
    }
}
