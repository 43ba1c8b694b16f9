/// How a scalar is written: plain where that is safe, else quoted, else as a literal block.
///
/// The choice equals that of Go's yaml.v3: text that would be taken for another kind of value gets double quotes, text
/// that YAML's syntax does not allow plain gets single quotes, or double ones if something must be escaped.
struct ScalarText {
    /// The scalar on one line.
    private(set) var oneLine: String
    /// The lines of a literal block; nil when one line does it.
    private(set) var literalLines: [Substring]?
    /// `""`, `-` or `+`: what becomes of the line breaks at the end (YAML 1.2.2, 8.1.1.2).
    private(set) var chomping = ""
    /// Whether the literal block must tell its indentation, because its first line begins with white space.
    private(set) var needsIndentationHint = false

    var keepsLineBreaks: Bool { chomping == "+" }

    init(_ scalar: Scalar) {
        guard case .string(let text) = scalar.value else {
            oneLine = Self.canonical(scalar)
            return
        }
        let traits = TextTraits(text)
        oneLine = Self.quoted(text, traits)
        guard traits.allowsLiteral else { return }
        // Split by scalars: "\r\n" is one Character, and such text is never literal.
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(Substring.init)
        let endsWithBreak = lines.last?.isEmpty == true
        if endsWithBreak { lines.removeLast() }
        literalLines = lines
        chomping = !endsWithBreak ? "-" : lines.last?.isEmpty == true ? "+" : ""
        needsIndentationHint = text.unicodeScalars.first.map { " \t\n".unicodeScalars.contains($0) } ?? false
    }

    private static func quoted(_ text: String, _ traits: TextTraits) -> String {
        if traits.hasLineBreak || CoreSchema.needsQuotes(text) { return doubleQuoted(text) }
        if traits.allowsPlain { return text }
        guard traits.allowsSingleQuotes else { return doubleQuoted(text) }
        return "'" + text.unicodeScalars.reduce(into: "") { $0 += $1 == "'" ? "''" : String($1) } + "'"
    }

    /// A number, boolean or null in a form that old and new loaders read alike. `0o644` stays, since Talos writes it.
    private static func canonical(_ scalar: Scalar) -> String {
        switch scalar.value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .int(let value):
            scalar.text.hasPrefix("0o") || scalar.text.hasPrefix("0x") ? scalar.text : String(value)
        case .float(let value): CoreSchema.text(of: value)
        case .outOfRange(let text), .string(let text): text
        }
    }

    private static func doubleQuoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if let escape = escapes[scalar] {
                quoted += escape
            } else if TextTraits.isPrintable(scalar) {
                quoted.unicodeScalars.append(scalar)
            } else {
                let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
                let digits = String(scalar.value, radix: 16, uppercase: true)
                quoted += "\\" + letter + String(repeating: "0", count: width - digits.utf8.count) + digits
            }
        }
        return quoted + "\""
    }

    private static let escapes: [Unicode.Scalar: String] = [
        "\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0", "\u{7}": "\\a",
        "\u{8}": "\\b", "\u{B}": "\\v", "\u{C}": "\\f", "\u{1B}": "\\e", "\u{85}": "\\N", "\u{2028}": "\\L",
        "\u{2029}": "\\P",
    ]
}

/// What a text holds that decides how it may be written in block style.
struct TextTraits {
    private(set) var allowsPlain = true
    private(set) var allowsSingleQuotes = true
    /// Only text of several lines is written as a literal block.
    private(set) var allowsLiteral = false
    private(set) var hasLineBreak = false

    init(_ text: String) {
        let scalars = Array(text.unicodeScalars)
        guard let first = scalars.first, let last = scalars.last else { return }
        if Self.startIndicators.contains(first) || text.hasPrefix("---") || text.hasPrefix("...") {
            allowsPlain = false
        }
        if first == " " || last == " " { allowsPlain = false }
        var needsEscape = false
        var hasTab = false
        var spaceBeforeBreak = false
        for (index, scalar) in scalars.enumerated() {
            let endsWord = index + 1 == scalars.count || " \t\n".unicodeScalars.contains(scalars[index + 1])
            switch scalar {
            case "\n":
                hasLineBreak = true
                if index > 0, scalars[index - 1] == " " || scalars[index - 1] == "\t" { spaceBeforeBreak = true }
            case "\t": hasTab = true
            case ":" where endsWord: allowsPlain = false
            case "-" where index == 0 && endsWord, "?" where index == 0 && endsWord: allowsPlain = false
            case "#" where index == 0 || scalars[index - 1] == " ": allowsPlain = false
            default: if !Self.isPrintable(scalar) { needsEscape = true }
            }
        }
        if hasLineBreak || hasTab || needsEscape { (allowsPlain, allowsSingleQuotes) = (false, false) }
        allowsLiteral =
            hasLineBreak && !needsEscape && !spaceBeforeBreak && last != " " && last != "\t"
            && scalars.contains { $0 != "\n" }
    }

    /// Whether a character may stand in a text unescaped for every loader: YAML 1.1's printable characters without its
    /// additional line breaks.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    private static let startIndicators: Set<Unicode.Scalar> = [
        "#", ",", "[", "]", "{", "}", "&", "*", "!", "|", ">", "'", "\"", "%", "@", "`",
    ]
}
