import Core

/// A text with `{{names}}` that values take the place of. A name without a value is a fault, never an empty string.
struct ScriptTemplate: Sendable {
    private enum Part: Sendable {
        case text(String)
        case name(String, line: Int)
    }

    private let file: String
    private let parts: [Part]

    /// - Throws: ``Fault`` `usage` for braces that do not close and for a script without `#!ipxe` in front.
    init(parsing text: String, file: String) throws(Fault) {
        guard text.hasPrefix("#!ipxe\n") else {
            throw Fault(.usage, "the iPXE script does not begin with #!ipxe", at: "\(file):1")
        }
        var parts: [Part] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if index > 0 { parts.append(.text("\n")) }
            parts += try Self.parse(line, "\(file):\(index + 1)", index + 1)
        }
        self.file = file
        self.parts = parts
    }

    /// The script with all values put in.
    ///
    /// - Throws: ``Fault`` `usage` for a name without a value, `refused` for a value that would change the script.
    func render(_ values: [String: ScriptValue]) throws(Fault) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let fixed): text += fixed
            case .name(let name, let line):
                guard let value = values[name] else {
                    let known = values.keys.sorted().joined(separator: ", ")
                    throw Fault(
                        .usage, "the script names {{\(name)}}, which has no value", at: "\(file):\(line)",
                        next: "use one of \(known)")
                }
                text += try value.text(name)
            }
        }
        return text
    }

    private static func parse(_ line: Substring, _ location: String, _ number: Int) throws(Fault) -> [Part] {
        var parts: [Part] = []
        var rest = line
        while let open = rest.firstRange(of: "{{") {
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else {
                throw Fault(.usage, "{{ is not closed by }}", at: location)
            }
            parts.append(.text(String(rest[..<open.lowerBound])))
            parts.append(.name(String(rest[open.upperBound..<close.lowerBound]), line: number))
            rest = rest[close.upperBound...]
        }
        return parts + [.text(String(rest))]
    }
}

/// A value for an iPXE script that cannot become a command, a comment or a setting of iPXE.
enum ScriptValue: Sendable, Hashable {
    /// A single word: a URL, a file name, a number.
    case word(String)
    /// Words with spaces between them: kernel arguments.
    case words([String])
    /// Text for a person, as `echo` prints it. What iPXE would interpret is replaced.
    case message(String)

    fileprivate func text(_ name: String) throws(Fault) -> String {
        switch self {
        case .word(let word):
            return try Self.checked(word, name)
        case .words(let words):
            var checked: [String] = []
            for word in words { checked.append(try Self.checked(word, name)) }
            return checked.joined(separator: " ")
        case .message(let message):
            let safe = message.unicodeScalars.prefix(400).map { scalar -> Character in
                let isPlain = scalar.isASCII && scalar.value >= 0x20 && scalar.value != 0x7F
                return isPlain && !"$|&;#{}".unicodeScalars.contains(scalar) ? Character(scalar) : "_"
            }
            return String(safe)
        }
    }

    /// iPXE splits lines at blanks, takes `||`, `&&` and `;` as separators and `#` as a comment where a word begins,
    /// and expands `${...}` anywhere.
    private static func checked(_ word: String, _ name: String) throws(Fault) -> String {
        let isPrintable = word.utf8.allSatisfy { 0x21...0x7E ~= $0 }
        guard !word.isEmpty, isPrintable, !word.contains("${"), !word.hasPrefix("#"), !["||", "&&", ";"].contains(word)
        else {
            throw Fault(
                .refused, "the value of {{\(name)}} cannot stand in an iPXE script",
                why: "it is empty, or holds a blank, a control character, ${ or a separator of iPXE")
        }
        return word
    }
}
