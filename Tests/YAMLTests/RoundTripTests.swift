import Core
import Glibc
import Testing
import YAML

@Suite struct RoundTripTests {
    @Test("What is written is read back equal, in every layout", arguments: 0..<12)
    func property(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<250 {
            let documents = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                RandomNode.node(depth: 4, tags: true, using: &random)
            }
            let layout = YAML.Layout(
                indent: Int.random(in: 2...8, using: &random), indentsSequences: Bool.random(using: &random))
            let text = YAML.emit(documents, layout: layout)
            #expect(try YAML.parse(text) == documents, "\(layout)\n\(text)")
        }
    }

    @Test("JSON goes through YAML unchanged", arguments: 0..<4)
    func json(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed + 100)
        for _ in 0..<200 {
            let json = try RandomNode.node(depth: 4, tags: false, using: &random).json()
            #expect(try YAML.parseOne(YAML.emit(Node(json))).json() == json)
            // libyaml, a YAML 1.1 reader here, takes these for line breaks, which no key may hold.
            guard
                !json.description.unicodeScalars.contains(where: {
                    "\u{85}\u{2028}\u{7F}\u{FEFF}".unicodeScalars.contains($0)
                })
            else { continue }
            #expect(try YAML.parseOne(json.description).json() == json)
        }
    }

    @Test("A YAML 1.1 loader (PyYAML) reads what is written as the same values")
    func yaml11() throws {
        var random = SeededGenerator(seed: 7)
        var texts = Self.traps
        for _ in 0..<3000 { texts.append(RandomNode.text(using: &random)) }
        var entries: [Node] = texts.map { .mapping([($0, .string($0)), ("list", .sequence([.string($0)]))]) }
        entries.append([
            0, -5, 31, true, false, Node.null, .double(1e20), .double(-2.5e-9), .double(1000), .plain("0644"),
        ])
        let expected = try Node.sequence(entries).json()
        for layout in [YAML.Layout.kubernetes, .talos] {
            #expect(try pyYAML(YAML.emit(.sequence(entries), layout: layout)) == expected)
        }
    }

    static let traps = [
        "yes", "No", "ON", "off", "y", "N", "true", "null", "~", "", " ", "a ", " a", "0644", "0o644", "0x1F", "1_000",
        "1e3", "1.5", ".5", "5.", ".inf", "-.Inf", ".nan", "12:30", "12:30:45", "1:20.5", "2001-12-14",
        "2001-12-14 21:59:43.10 -5", "2001-12-14t21:59:43Z", "=", "<<", "-", "- a", "-a", "?", "? a", "?a", ":", ": a",
        ":a", "a:", "a: b", "a :b", "a#b", "a #b", "#a", "'", "\"", "'a'", "\"a\"", "a'b", "it's", "%a", "@a", "`a",
        "!a", "&a", "*a", "|", ">", "[a", "]", "{a", "}", ",a", "a,b", "---", "--- a", "...", "a\tb", "\ta", "a\n",
        "a\nb",
        "a\n\n", "\na", " a\nb", "\ta\nb", "a \nb", "a\n ", "\n", "\n\n", "a\r\nb", "a\rb", "\u{85}", "a\u{2028}b",
        "\u{FEFF}a", "\u{1F600}", "é", "\u{0}", "\u{7F}", "\u{A0}", "-1", "+1", "0b11", "-0x1F", "0", "00", "08",
        "1e+3",
        "1.0e+3", "12e", "e12", "_1", "1_", "+", ".", "..", "1.2.3", "52:54:00:12:34:56", "fe80::1", "10.0.0.0/8",
        "https://a.b:6443", "sha256:00", "a\n  b\nc\n", "key: |\n  text\n", "0.", "-.5", "0x_1", "9223372036854775808",
    ]

    /// What PyYAML makes of a text.
    private func pyYAML(_ text: String) throws -> JSON {
        var name = Array("/tmp/yaml-test.XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        try #require(descriptor >= 0)
        close(descriptor)
        let path = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer { unlink(path) }
        try FileStore.replace(path, with: Array(text.utf8))
        let program =
            "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1], encoding=\"utf-8\")), sys.stdout)"
        let pipe = try #require(popen("python3 -c '\(program)' \(path)", "r"))
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { output += chunk[..<count] }
        try #require(pclose(pipe) == 0, "python3 with PyYAML (Debian package python3-yaml) could not read it")
        return try JSON(parsing: output)
    }
}

/// Random values that look like what breaks YAML writers.
enum RandomNode {
    static func node(depth: Int, tags: Bool, using random: inout SeededGenerator) -> Node {
        var node = content(depth: depth, tags: tags, using: &random)
        if tags, Int.random(in: 0..<20, using: &random) == 0 {
            node.tag = ["!a", "!<b:c>", "!x-y"].randomElement(using: &random)
        }
        if node.tag == "!<b:c>" { node.tag = "b:c" }
        return node
    }

    private static func content(depth: Int, tags: Bool, using random: inout SeededGenerator) -> Node {
        switch Int.random(in: 0..<(depth > 0 ? 11 : 7), using: &random) {
        case 0: return .int(Int(truncatingIfNeeded: random.next()) >> Int.random(in: 0..<63, using: &random))
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .null
        case 3: return .double(Double.random(in: -1e6...1e6, using: &random))
        case 4...6: return .string(text(using: &random))
        case 7, 8:
            return .sequence(
                (0..<Int.random(in: 0..<4, using: &random)).map { _ in
                    node(depth: depth - 1, tags: tags, using: &random)
                })
        default:
            var keys: Set<String> = []
            let pairs = (0..<Int.random(in: 0..<4, using: &random)).compactMap { _ -> (String, Node?)? in
                let key = text(using: &random)
                guard keys.insert(key).inserted else { return nil }
                return (key, node(depth: depth - 1, tags: tags, using: &random))
            }
            return .mapping(pairs)
        }
    }

    static func text(using random: inout SeededGenerator) -> String {
        if Int.random(in: 0..<4, using: &random) == 0 {
            return RoundTripTests.traps.randomElement(using: &random) ?? ""
        }
        let pieces = [
            "a", "b", "1", "0", " ", "  ", "\n", ":", ": ", " #", "-", "- ", "'", "\"", "\\", "\t", "é", "\u{1F680}",
            ".",
            "e", "_", "x", "%", "{", "]", ",", "word ", "\r", "\u{2028}", "\u{7}", "0x", "\u{301}", "no", "~",
        ]
        let count = Int.random(in: 0..<12, using: &random)
        let text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        return Int.random(in: 0..<60, using: &random) == 0 ? String(repeating: text + "k", count: 15) : text
    }
}
