import Core
import Testing
import YAML

@Suite struct ParserTests {
    @Test("Every node knows its line and column, and keys keep their order")
    func places() throws {
        let documents = try YAML.parse("# head\nz: 1\na:\n  - x\n  - {k: v, l: [1, 2]}\n---\n\"é\": &n [ü]\nb: *n\n")
        #expect(documents.count == 2)
        let first = documents[0]
        #expect(first.mapping?.map(\.key.text) == ["z", "a"])
        #expect(first.mark == Mark(line: 2, column: 1))
        #expect(first["z"]?.mark == Mark(line: 2, column: 4))
        #expect(first["a"]?[1]?["l"]?[1]?.mark == Mark(line: 5, column: 19))
        #expect(first.key("a")?.mark == Mark(line: 3, column: 1))
        #expect(documents[1]["é"]?.mark == Mark(line: 7, column: 6))
        #expect(documents[1]["b"] == ["ü"])
        #expect(documents[1]["b"]?.mark == Mark(line: 8, column: 4))
    }

    @Test(
        "The number of documents",
        arguments: [
            ("", 0), ("# nothing\n", 0), ("---\n", 1), ("a: 1\n---\n", 2), ("---\n---\na: 1\n", 2), ("a\n...\n", 1),
            ("%YAML 1.2\n---\na\n", 1), ("\u{FEFF}a: 1\n", 1),
        ])
    func documents(text: String, count: Int) throws {
        #expect(try YAML.parse(text).count == count)
    }

    @Test(
        "Wrong text is refused at its place with a reason",
        arguments: [
            ("a: 1\na: 2\n", "2:1", "the key \"a\" stands twice"), ("{a: 1, 'a': 2}", "1:8", "stands twice"),
            ("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", "5:3", "it stands at 3:3 already"),
            ("1: a\n'1': b\n", "2:1", "stands twice"), ("? [a]\n: 1\n? [a]\n: 2\n", "3:3", "stands twice"),
            ("a: *x\n", "1:4", "the alias *x has no anchor"), ("a: &x\n  b: *x\n", "2:6", "inside its own anchor"),
            ("&x a: 1\n---\nb: *x\n", "3:4", "has no anchor"), ("a: b: c\n", "1:5", "check the indentation"),
            ("a:\n\tb: 1\n", "2:1", "indent with spaces, not with tabs"), ("a: @x\n", "1:4", "put quotes around"),
            ("a: [1, 2\n", "2:1", "while parsing a flow sequence that began at 1:4"),
            ("a: \"x\n", "2:1", "quoted scalar"),
            ("a: 1\n b: 2\n", "2:3", "mapping values are not allowed"), ("- a\nb: 1\n", "2:1", "'-'"),
            ("a: !!int x\n", "1:4", "the tag !!int does not fit: \"x\" is text"),
            ("a: !!seq {}\n", "1:4", "the tag !!seq does not fit"), ("a: !!binary aGk=\n", "1:4", "does not fit"),
            ("a: \u{1}\n", "1:4", "control characters are not allowed"), ("é: 1\nü: \u{7F}\n", "2:4", "control"),
        ])
    func refused(text: String, place: String, reason: String) throws {
        let fault = #expect(throws: Fault.self) { try YAML.parse(text, file: "f.yaml") }
        #expect(fault?.code == .corrupted)
        #expect(fault?.location == "f.yaml:\(place)")
        #expect(fault?.description.contains(reason) == true, "\(fault?.description ?? "")")
    }

    @Test("Broken UTF-8 is refused at its character")
    func encoding() throws {
        let bytes: [UInt8] = Array("a: 1\nüb: ".utf8) + [0xC3, 0x28] + Array("\n".utf8)
        let fault = #expect(throws: Fault.self) { try YAML.parse(bytes, file: "f") }
        #expect(fault?.location == "f:2:5")
    }

    @Test("Aliases that repeat aliases are refused long before they fill the memory")
    func expansion() throws {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            text +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
                + "]\n"
        }
        let fault = #expect(throws: Fault.self) { try YAML.parse(text, file: "bomb") }
        #expect(fault?.what == "the aliases repeat too much")
        #expect(fault?.location?.hasPrefix("bomb:") == true)
        #expect(try YAML.parse("a: &a [1]\nb: *a\n", limits: YAML.Limits(aliasedNodes: 2)).count == 1)
        #expect(throws: Fault.self) { try YAML.parse("a: &a [1]\nb: *a\n", limits: YAML.Limits(aliasedNodes: 1)) }
    }

    @Test("Limits on bytes, depth and nodes hold exactly")
    func limits() throws {
        let text = "[[[1]]]"
        #expect(throws: Never.self) { try YAML.parse(text, limits: .init(bytes: 7, depth: 3, nodes: 4)) }
        #expect(throws: Fault.self) { try YAML.parse(text, limits: .init(bytes: 6)) }
        #expect(throws: Fault.self) { try YAML.parse(text, limits: .init(depth: 2)) }
        #expect(throws: Fault.self) { try YAML.parse(text, limits: .init(nodes: 3)) }
        #expect(throws: Fault.self) { try YAML.parse(String(repeating: "[", count: 100_000)) }
        #expect(throws: Fault.self) { try YAML.parse(String(repeating: "- ", count: 100_000)) }
        #expect(throws: Fault.self) { try YAML.parse(String(repeating: "{a: ", count: 100_000)) }
    }

    @Test("The merge key is a key like any other")
    func mergeKey() throws {
        let node = try YAML.parseOne("base: &b {x: 1}\nuse:\n  <<: *b\n  y: 2\n")
        #expect(node["use"]?.mapping?.map(\.key.text) == ["<<", "y"])
    }

    @Test("A redefined anchor counts from its place on")
    func anchors() throws {
        #expect(try YAML.parseOne("[&a 1, *a, &a 2, *a]") == [1, 1, 2, 2])
    }

    @Test("Arbitrary bytes either parse or are refused, and never crash", arguments: 0..<8)
    func fuzz(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("a:-\n ?[]{}&*!|>'\"%@`#,~<\t0x.1é\\".utf8) + [0xFF, 0x00, 0x0D]
        for _ in 0..<1500 {
            let bytes = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            guard let documents = try? YAML.parse(bytes) else { continue }
            let written = YAML.emit(documents)
            #expect((try? YAML.parse(written)) == documents, "\(bytes) \(written)")
        }
    }
}
