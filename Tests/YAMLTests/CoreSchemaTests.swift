import Testing
import YAML

@Suite struct CoreSchemaTests {
    @Test(
        "Plain scalars mean what YAML 1.2 says, not what 1.1 said",
        arguments: [
            ("no", .string("no")), ("yes", .string("yes")), ("on", .string("on")), ("Off", .string("Off")),
            ("y", .string("y")), ("N", .string("N")), ("true", .bool(true)), ("True", .bool(true)),
            ("FALSE", .bool(false)), ("tRUE", .string("tRUE")), ("~", .null), ("null", .null), ("Null", .null),
            ("nULL", .string("nULL")), ("", .null), ("0o644", .int(420)), ("0644", .int(644)), ("0o9", .string("0o9")),
            ("0x1F", .int(31)), ("0xg", .string("0xg")), ("-0x1F", .string("-0x1F")), ("0b101", .string("0b101")),
            ("1_000", .string("1_000")), ("190:20:30", .string("190:20:30")), ("1e3", .float(1000)),
            ("1.5", .float(1.5)), (".5", .float(0.5)), ("5.", .float(5)), ("+12", .int(12)), ("-0", .int(0)),
            ("-0.0", .float(-0.0)), (".", .string(".")), ("-.", .string("-.")), ("+", .string("+")),
            ("e3", .string("e3")),
            ("1e", .string("1e")), (".inf", .float(.infinity)), ("-.INF", .float(-.infinity)),
            ("+.Inf", .float(.infinity)), (".nan", .float(.nan)), (".NaN", .float(.nan)), ("inf", .string("inf")),
            ("nan", .string("nan")), ("2001-12-14", .string("2001-12-14")), ("1.2.3", .string("1.2.3")),
            ("v1.13", .string("v1.13")), ("1.33.12", .string("1.33.12")), ("9223372036854775807", .int(.max)),
            ("-9223372036854775808", .int(.min)), ("9223372036854775808", .outOfRange("9223372036854775808")),
            ("0xFFFFFFFFFFFFFFFFF", .outOfRange("0xFFFFFFFFFFFFFFFFF")), ("1e400", .outOfRange("1e400")),
            ("12e03", .float(12000)), ("52:54:00:12:34:56", .string("52:54:00:12:34:56")), ("=", .string("=")),
            ("0x", .string("0x")), ("0o", .string("0o")), ("١٢", .string("١٢")),
        ] as [(String, ScalarValue)])
    func resolution(text: String, value: ScalarValue) throws {
        #expect(Scalar(text).value == value)
        #expect(Scalar(text, style: .double).value == .string(text))
        let parsed = try YAML.parseOne("k: \(text)\n")
        #expect(parsed["k"]?.scalar?.value == value)
    }

    @Test(
        "Core tags decide over the look of the text",
        arguments: [
            ("!!str 12", Node.string("12")), ("! 12", .string("12")), ("!!int \"12\"", .int(12)),
            ("!!float 3", .double(3)), ("!!null ''", .null), ("!!bool 'true'", .bool(true)), ("!!str", .string("")),
            ("!!seq []", .sequence([])), ("!!map {}", .mapping([])),
            ("!ref a", Node(.scalar(Scalar("a")), tag: "!ref")),
        ])
    func tags(text: String, node: Node) throws {
        #expect(try YAML.parseOne("k: \(text)\n")["k"] == node)
    }

    @Test("Numbers are equal by value, texts are not numbers, places and quotes do not count")
    func equality() throws {
        let left = try YAML.parseOne("a: 0x1F\nb: 'x'\nc: [1.0]")
        let right = try YAML.parseOne("\n\na: 31\nb:   \"x\"\nc:\n- 1.00\n")
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(Node.string("31") != Node.int(31))
        #expect(Node.double(.nan) == Node.double(.nan))
    }
}
