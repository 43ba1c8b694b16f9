private import CYAML
import Core

/// What libyaml tells about a text, one event after the other.
struct Event {
    enum Kind {
        case streamStart
        case streamEnd
        case documentStart
        case documentEnd
        case alias(String)
        case scalar(Scalar, Properties)
        case sequenceStart(Properties)
        case sequenceEnd
        case mappingStart(Properties)
        case mappingEnd
    }

    /// The anchor and the tag of a node.
    struct Properties {
        var anchor: String?
        var tag: String?
    }

    var kind: Kind
    var mark: Mark
}

/// libyaml's event parser over bytes in memory.
final class EventReader {
    let file: String
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let isReady: Bool

    init(_ bytes: [UInt8], file: String) {
        self.file = file
        parser = .allocate(capacity: 1)
        input = .allocate(capacity: bytes.count)
        _ = input.initialize(from: bytes)
        isReady = yaml_parser_initialize(parser) == 1
        if isReady {
            yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(parser, input.baseAddress, input.count)
        }
    }

    deinit {
        if isReady { yaml_parser_delete(parser) }
        parser.deallocate()
        input.deallocate()
    }

    /// The next event.
    ///
    /// - Throws: ``Fault`` `corrupted` with libyaml's reason at its place.
    func next() throws(Fault) -> Event {
        guard isReady else { throw Fault(.failed, "no memory for a YAML parser", at: file) }
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxFault() }
        defer { yaml_event_delete(&event) }
        return Event(kind: kind(of: event), mark: mark(event.start_mark))
    }

    /// A fault at a place of the text.
    func fault(_ what: String, at mark: Mark, why: String? = nil, next: String? = nil) -> Fault {
        Fault(.corrupted, what, at: mark.location(in: file), why: why, next: next)
    }

    private func kind(of event: yaml_event_t) -> Event.Kind {
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_STREAM_END_EVENT: return .streamEnd
        case YAML_ALIAS_EVENT: return .alias(string(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return .scalar(
                Scalar(text, style: style(scalar.style)),
                Event.Properties(anchor: string(scalar.anchor), tag: string(scalar.tag)))
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return .sequenceStart(Event.Properties(anchor: string(start.anchor), tag: string(start.tag)))
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return .mappingStart(Event.Properties(anchor: string(start.anchor), tag: string(start.tag)))
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        default: return .streamStart
        }
    }

    private func style(_ style: yaml_scalar_style_t) -> Scalar.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .single
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .double
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }

    private func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        text.map { String(cString: $0) }
    }

    private func mark(_ mark: yaml_mark_t) -> Mark {
        Mark(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }

    private func syntaxFault() -> Fault {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "the text cannot be read"
        let context = parser.pointee.context.map { String(cString: $0) }
        var place = mark(parser.pointee.problem_mark)
        if parser.pointee.error == YAML_READER_ERROR { place = self.place(ofByte: parser.pointee.problem_offset) }
        var why = problem
        if let context {
            let start = mark(parser.pointee.context_mark)
            why += start == place ? " \(context)" : " \(context) that began at \(start)"
        }
        return fault("invalid YAML", at: place, why: why, next: advice(for: problem, at: place))
    }

    private func place(ofByte offset: Int) -> Mark {
        let before = String(decoding: input.prefix(offset), as: UTF8.self).unicodeScalars
        let lineStart = before.lastIndex(of: "\n").map { before.index(after: $0) } ?? before.startIndex
        return Mark(
            line: before.count { $0 == "\n" } + 1, column: before.distance(from: lineStart, to: before.endIndex) + 1)
    }

    private func advice(for problem: String, at place: Mark) -> String? {
        switch problem {
        case "mapping values are not allowed in this context":
            return "check the indentation, and put quotes around a value that contains ': '"
        case "found character that cannot start any token":
            let lines = input.split(separator: 0x0A, maxSplits: place.line, omittingEmptySubsequences: false)
            let isTab =
                lines.indices.contains(place.line - 1) && lines[place.line - 1].prefix(place.column).contains(0x09)
            return isTab
                ? "indent with spaces, not with tabs" : "put quotes around a value that begins with '@', '`' or '%'"
        case "could not find expected ':'":
            return "a key ends with ':' and a space; quotes that were opened must be closed"
        case "did not find expected key": return "keys of one mapping stand in one column"
        case "did not find expected '-' indicator": return "all '-' of one list stand in one column"
        default: return nil
        }
    }
}
