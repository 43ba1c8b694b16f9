package import Core

/// Reading and writing YAML 1.2 text.
package enum YAML {
    /// Bounds on what is accepted.
    package struct Limits: Sendable {
        /// The most bytes of a text.
        package var bytes: Int
        /// The deepest nesting of sequences and mappings.
        package var depth: Int
        /// The most nodes of all documents, with those that aliases repeat.
        package var nodes: Int
        /// The most nodes that come from aliases.
        package var aliasedNodes: Int

        package init(
            bytes: Int = 64 << 20, depth: Int = 128, nodes: Int = 4_000_000, aliasedNodes: Int = 100_000
        ) {
            self.bytes = bytes
            self.depth = depth
            self.nodes = nodes
            self.aliasedNodes = aliasedNodes
        }
    }

    /// Reads all documents of a text. An empty document between two separators is a null node.
    ///
    /// Aliases are replaced by what they stand for. Duplicate keys, broken UTF-8 and everything beyond the limits are
    /// refused. `<<` is a key like any other, as YAML 1.2 has it.
    ///
    /// - Throws: ``Fault`` `corrupted` at `file:line:column`.
    package static func parse(
        _ bytes: some Collection<UInt8>, file: String = "<input>", limits: Limits = Limits()
    ) throws(Fault) -> [Node] {
        guard bytes.count <= limits.bytes else {
            throw Fault(.corrupted, "the YAML text is larger than \(limits.bytes) bytes", at: file)
        }
        let bytes = Array(bytes)
        try checkEncoding(bytes, file: file)
        var composer = Composer(EventReader(bytes, file: file), limits: limits)
        return try composer.documents()
    }

    package static func parse(
        _ text: String, file: String = "<input>", limits: Limits = Limits()
    ) throws(Fault) -> [Node] {
        try parse(Array(text.utf8), file: file, limits: limits)
    }

    /// Reads a text that holds exactly one document.
    package static func parseOne(
        _ text: String, file: String = "<input>", limits: Limits = Limits()
    ) throws(Fault) -> Node {
        let documents = try parse(text, file: file, limits: limits)
        guard let first = documents.first else {
            throw Fault(.corrupted, "the YAML text holds no document", at: file)
        }
        guard documents.count == 1 else {
            throw Fault(
                .corrupted, "the YAML text holds \(documents.count) documents",
                at: documents[1].mark.location(in: file),
                why: "exactly one is wanted")
        }
        return first
    }

    /// Writes documents in block style, separated by `---`, so that YAML 1.1 and 1.2 loaders read the same back.
    package static func emit(_ documents: [Node], layout: Layout = .kubernetes) -> String {
        var emitter = Emitter(layout: layout)
        for (index, document) in documents.enumerated() {
            emitter.write(document: document, separated: index > 0)
        }
        return emitter.text
    }

    package static func emit(_ document: Node, layout: Layout = .kubernetes) -> String {
        emit([document], layout: layout)
    }

    /// libyaml tells no line for broken UTF-8, so the text is checked before.
    private static func checkEncoding(_ bytes: [UInt8], file: String) throws(Fault) {
        guard String(validating: bytes, as: UTF8.self) == nil else { return }
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var mark = Mark(line: 1, column: 1)
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            mark =
                scalar == "\n" ? Mark(line: mark.line + 1, column: 1) : Mark(line: mark.line, column: mark.column + 1)
        }
        throw Fault(.corrupted, "invalid YAML", at: mark.location(in: file), why: "the text is not UTF-8 here")
    }
}
