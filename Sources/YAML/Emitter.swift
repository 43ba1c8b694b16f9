extension YAML {
    /// How written text is laid out.
    package struct Layout: Sendable, Hashable {
        /// Columns are multiples of this many spaces, from 2 to 9; inside a list a level is always two.
        package var indent: Int
        /// Whether the list that is a mapping's value stands deeper than its key.
        package var indentsSequences: Bool

        package init(indent: Int = 2, indentsSequences: Bool = false) {
            self.indent = min(max(indent, 2), 9)
            self.indentsSequences = indentsSequences
        }

        /// Two spaces, lists in the column of their key: as kubectl writes.
        package static let kubernetes = Layout()
        /// Four spaces, lists one level deeper than their key: as Go's yaml.v3 writes, and with it talosctl.
        package static let talos = Layout(indent: 4, indentsSequences: true)
    }
}

/// Writes nodes in block style.
///
/// libyaml's own emitter always puts a list into the column of its key and cannot write what talosctl writes, so the
/// layout is made here; which scalars stay plain follows libyaml's rules.
struct Emitter {
    private let layout: YAML.Layout
    private var bytes: [UInt8] = []

    init(layout: YAML.Layout) {
        self.layout = layout
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func write(document: Node, separated: Bool) {
        if separated { append("---\n") }
        write(document, after: .root)
    }

    /// What stands before a node and decides where its lines go.
    private enum Position {
        /// Nothing: the node is a document.
        case root
        /// `key:` in a mapping whose keys stand in this column.
        case key(Int)
        /// `-`, `?` or `:` in this column; the node may begin on the same line.
        case indicator(Int)
    }

    private mutating func write(_ node: Node, after position: Position) {
        var isInline = true
        if let tag = node.tag {
            space(position)
            append(text(ofTag: tag))
            isInline = false
        }
        switch node.content {
        case .scalar(let scalar): write(scalar, after: position, tagged: !isInline)
        case .sequence(let elements) where elements.isEmpty: flow("[]", position, tagged: !isInline)
        case .mapping(let pairs) where pairs.isEmpty: flow("{}", position, tagged: !isInline)
        case .sequence(let elements):
            let start = begin(position, isInline, column: sequenceColumn(position))
            for (index, element) in elements.enumerated() {
                write(element, at: start, isFirst: index == 0, position, isInline)
            }
        case .mapping(let pairs):
            let start = begin(position, isInline, column: column(position))
            for (index, pair) in pairs.enumerated() { write(pair, at: start, isFirst: index == 0, position, isInline) }
        }
    }

    private mutating func write(_ element: Node, at column: Int, isFirst: Bool, _ position: Position, _ isInline: Bool)
    {
        indent(column, isFirst: isFirst, position, isInline)
        append("-")
        write(element, after: .indicator(column))
    }

    private mutating func write(
        _ pair: Node.Pair, at column: Int, isFirst: Bool, _ position: Position, _ isInline: Bool
    ) {
        indent(column, isFirst: isFirst, position, isInline)
        if let scalar = pair.key.scalar, pair.key.tag == nil {
            let key = ScalarText(scalar).oneLine
            if key.utf8.count <= 128 {
                append(key)
                append(":")
                write(pair.value, after: .key(column))
                return
            }
        }
        append("?")
        write(pair.key, after: .indicator(column))
        pad(column)
        append(":")
        write(pair.value, after: .indicator(column))
    }

    /// Ends the line before a collection unless its first entry goes on it; returns the column of its entries.
    private mutating func begin(_ position: Position, _ isInline: Bool, column: Int) -> Int {
        switch position {
        case .root where isInline: break
        case .indicator where isInline: append(" ")
        default: append("\n")
        }
        return column
    }

    private mutating func indent(_ column: Int, isFirst: Bool, _ position: Position, _ isInline: Bool) {
        if isFirst, isInline, case .indicator = position { return }
        pad(column)
    }

    /// The column of the lines below this position.
    private func column(_ position: Position) -> Int {
        switch position {
        case .root: 0
        case .key(let column): layout.indent * ((column + layout.indent) / layout.indent)
        case .indicator(let column): column + 2
        }
    }

    private func sequenceColumn(_ position: Position) -> Int {
        if case .key(let column) = position, !layout.indentsSequences { return column }
        return column(position)
    }

    private mutating func flow(_ text: String, _ position: Position, tagged: Bool) {
        if tagged { append(" ") } else { space(position) }
        append(text)
        append("\n")
    }

    private mutating func write(_ scalar: Scalar, after position: Position, tagged: Bool) {
        if tagged { append(" ") } else { space(position) }
        let written = ScalarText(scalar)
        // Loaders disagree on a document that is a block with an indentation of its own or with open line breaks.
        var isBlock = true
        if case .root = position { isBlock = !written.needsIndentationHint && !written.keepsLineBreaks }
        guard isBlock, let lines = written.literalLines else {
            append(written.oneLine)
            return append("\n")
        }
        let (column, parent) = literalColumns(position)
        append("|")
        if written.needsIndentationHint { append(String(column - parent)) }
        append(written.chomping)
        append("\n")
        for line in lines {
            if !line.isEmpty {
                pad(column)
                append(line)
            }
            append("\n")
        }
    }

    /// The column of a literal's lines, and that of the collection it stands in.
    private func literalColumns(_ position: Position) -> (Int, Int) {
        switch position {
        case .root: (layout.indent, 0)
        case .key(let column): (self.column(position), column)
        case .indicator(let column): (column + 2, column)
        }
    }

    private func text(ofTag tag: String) -> String {
        if tag.hasPrefix("!") { return tag }
        return tag.hasPrefix(coreTag) ? "!!" + tag.dropFirst(coreTag.count) : "!<\(tag)>"
    }

    private mutating func space(_ position: Position) {
        if case .root = position { return }
        append(" ")
    }

    private mutating func pad(_ count: Int) {
        bytes.append(contentsOf: repeatElement(0x20, count: count))
    }

    private mutating func append(_ text: some StringProtocol) {
        bytes.append(contentsOf: text.utf8)
    }
}
