import Core
import Testing

@Suite("JSON values")
struct JSONTests {
    @Test(
        "A document is read and written back in its canonical form",
        arguments: [
            ("{\"b\": 1, \"a\": [true, null, -0.5]}", "{\"a\":[true,null,-0.5],\"b\":1}"),
            ("9223372036854775807", "9223372036854775807"),
            ("\"\\u00e9\\ud83d\\ude00\\n\"", "\"é😀\\n\""),
            (" [ ] ", "[]"),
            ("{}", "{}"),
        ])
    func canonical(text: String, expected: String) throws {
        let value = try JSON(parsing: text)
        #expect(value.description == expected)
        #expect(try JSON(parsing: value.serialized()) == value)
    }

    @Test(
        "What is no JSON is refused",
        arguments: [
            "", "{", "[1,]", "{\"a\":1,\"a\":2}", "01", "1.", "nul", "\"\\ud800\"", "\"a\nb\"", "1 2", "{\"a\" 1}",
            "+1", "\"\\x\"",
        ])
    func refuses(text: String) {
        let fault = #expect(throws: Fault.self) { try JSON(parsing: text) }
        #expect(fault?.code == .corrupted)
    }

    @Test("Size and depth are bounded")
    func bounds() {
        let deep = String(repeating: "[", count: 300) + String(repeating: "]", count: 300)
        #expect(throws: Fault.self) { try JSON(parsing: deep) }
        #expect(throws: Fault.self) { try JSON(parsing: "[1,2,3]", limits: JSON.Limits(bytes: 4)) }
    }

    @Test("A path is set through objects that do not exist yet, and removed again")
    func paths() {
        var value: JSON = [:]
        value[["spec", "ref", "name"]] = "a"
        #expect(value == ["spec": ["ref": ["name": "a"]]])
        value[["spec", "ref", "name"]] = nil
        #expect(value == ["spec": ["ref": [:]]])
    }
}
