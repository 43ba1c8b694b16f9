import Core
import Testing

@testable import Lab

/// The pure parts: expressions, paths, durations, field sets, merging.
@Suite struct KubernetesAPIEngineTests {
    @Test(
        "expressions match as RE2 does",
        arguments: [
            ("^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$", ["5m", "1.5h30s", "100ms"], ["5", "m5", "5d", ""]),
            ("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", ["a", "a-b", "0"], ["-a", "a-", "A", ""]),
            ("^(http|https|oci)://.*$", ["oci://x", "http://"], ["ftp://x", "x http://"]),
            ("^([a-zA-Z0-9_\\-.\\\\\\/]|\\[[0-9]{1,5}\\])+$", ["a[1]/b", "\\"], ["a[123456]", "a b"]),
            ("^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$", ["sha256:abc"], ["sha256", ":x"]),
            ("a{2,3}b", ["aab", "xaaaby"], ["ab", "a"]), ("^(?i:abc)$", ["ABC", "aBc"], ["abd"]),
            ("^\\d+\\s\\w*$", ["12 ab", "1 "], ["a 1"]), ("^[^/]+$", ["ab"], ["a/b", ""]),
            ("\\bcat\\b", ["a cat."], ["concat"]),
            ("^[[:alpha:]]+\\x41$", ["aA"], ["1A"]), ("a|b|", ["", "zzz"], []), ("^a{,3}$", ["a{,3}"], ["aa"]),
            ("^[\\S]$", ["é"], [" "]), ("^.$", ["ü"], ["\n"]),
        ] as [(String, [String], [String])])
    func patterns(text: String, matching: [String], others: [String]) throws {
        let pattern = try #require(Pattern(text))
        for text in matching { #expect(pattern.matches(text), "\(text)") }
        for text in others { #expect(!pattern.matches(text), "\(text)") }
    }

    @Test(
        "what is no expression is refused",
        arguments: ["(", ")", "[a", "a**b(", "*", "a{9999}", "(?<n", "\\", "[z-a]", "(?=x)"])
    func noPatterns(text: String) {
        #expect(Pattern(text) == nil)
    }

    @Test("an expression that makes backtracking matchers explode takes linear time")
    func linearTime() throws {
        let pattern = try #require(Pattern("^(([a-z])+.)+[A-Z]([a-z])+$"))
        let start = ContinuousClock.now
        #expect(!pattern.matches(String(repeating: "a", count: 5000)))
        #expect(start.duration(to: .now) < .seconds(5))
    }

    @Test(
        "column paths",
        arguments: [
            (".spec.variant", #"["default"]"#), (".status.conditions[?(@.type==\"Ready\")].status", #"["True"]"#),
            (".status.conditions[?(@.type=='Ready')].message", #"["ok"]"#),
            (".status.conditions[*].type", #"["Ready","Stalled"]"#),
            (".status.conditions[1].type", #"["Stalled"]"#), (".metadata.labels.a\\.b/c", #"["x"]"#),
            (".metadata.labels['a.b/c']", #"["x"]"#), ("{.spec.variant}", #"["default"]"#), (".none.at.all", "[]"),
            (".status.conditions[?(@.count!=2)].type", #"["Stalled"]"#),
            (".status.conditions[-1].type", #"["Stalled"]"#),
        ])
    func paths(text: String, expected: String) throws {
        let object = try JSON(
            parsing: #"""
                {"spec":{"variant":"default"},"metadata":{"labels":{"a.b/c":"x"}},"status":{"conditions":[
                {"type":"Ready","status":"True","message":"ok","count":2},{"type":"Stalled","status":"False","count":3}]}}
                """#)
        let path = try #require(JSONPath(text))
        #expect(.array(path.values(in: object)) == (try JSON(parsing: expected)))
    }

    @Test(
        "durations in kubectl's words",
        arguments: [
            (0, "0s"), (119, "119s"), (120, "2m"), (125, "2m5s"), (600, "10m"), (10799, "179m"), (10800, "3h"),
            (12000, "3h20m"),
            (28800, "8h"), (172_799, "47h"), (172_800, "2d"), (180_000, "2d2h"), (691_200, "8d"), (63_072_000, "2y"),
            (70_000_000, "2y80d"), (300_000_000, "9y"), (-5, "<invalid>"),
        ])
    func durations(seconds: Int, text: String) {
        #expect(HumanDuration.text(seconds: seconds) == text)
    }

    @Test(
        "a field set survives its JSON form",
        arguments: [
            #"{"f:a":{}}"#, #"{"f:a":{".":{},"f:b":{}}}"#,
            #"{"f:l":{"k:{\"n\":\"x\",\"p\":1}":{".":{},"f:n":{}},"v:\"s\"":{},"v:3":{},"i:0":{}}}"#,
        ])
    func fieldSets(text: String) throws {
        let json = try JSON(parsing: text)
        #expect(try #require(FieldSet(json: json)).json == json)
    }

    @Test("set algebra over random sets")
    func algebra() {
        var random = SplitMix(state: 7)
        for _ in 0..<300 {
            let (one, two, three) = (FieldSet(&random), FieldSet(&random), FieldSet(&random))
            #expect(one.union(two) == two.union(one))
            #expect(one.intersection(two) == two.intersection(one))
            #expect(one.union(two).subtracting(two) == one.subtracting(two))
            #expect(one.subtracting(two).intersection(two).isEmpty)
            #expect(one.subtracting(two).union(one.intersection(two)) == one)
            #expect(one.union(two).union(three) == one.union(two.union(three)))
            #expect(one.paths.allSatisfy(one.contains) && Set(one.paths).count == one.paths.count)
        }
    }

    @Test("comparison and merge agree: what is merged in is all that differs")
    func comparison() {
        var random = SplitMix(state: 11)
        for _ in 0..<300 {
            let (live, config) = (JSON.object(&random, depth: 3), JSON.object(&random, depth: 3))
            let merged = live.merging(config, .open)
            let comparison = TypedComparison(live, merged, .open)
            #expect(comparison.removed.isEmpty || !comparison.modified.isEmpty)
            #expect(TypedComparison(merged, merged.merging(config, .open), .open).isEmpty)
            #expect(TypedComparison(live, live, .open).isEmpty)
        }
    }

    @Test("versions in the order of preference")
    func versionOrder() {
        let versions = ["v1beta1", "v2", "v1", "v10", "foo1", "v2alpha1", "v1beta10", "v2beta1"]
        #expect(
            versions.sorted { VersionRank($0) > VersionRank($1) } == [
                "v10", "v2", "v1", "v2beta1", "v1beta10", "v1beta1", "v2alpha1", "foo1",
            ])
    }

    @Test("malformed protobuf bodies are refused", arguments: 0..<200)
    func protobuf(seed: Int) {
        var random = SplitMix(state: UInt64(seed))
        let noise = (0..<Int(random.next() % 80)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        #expect(throws: APIError.self) { try ProtobufBody.json(Array("k8s\0".utf8) + noise) }
    }
}

/// A small generator with a seed.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

extension FieldSet {
    fileprivate init(_ random: inout SplitMix) {
        self.init()
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            let path = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                PathElement.field(["a", "b", "c"].randomElement(using: &random) ?? "a")
            }
            insert(path)
        }
    }
}

extension JSON {
    fileprivate static func object(_ random: inout SplitMix, depth: Int) -> JSON {
        var fields: [String: JSON] = [:]
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let key = ["a", "b", "c", "d"].randomElement(using: &random) ?? "a"
            switch Int.random(in: 0...3, using: &random) {
            case 0 where depth > 0: fields[key] = object(&random, depth: depth - 1)
            case 1: fields[key] = .array([.int(Int64.random(in: 0...2, using: &random))])
            case 2: fields[key] = .string("s")
            default: fields[key] = .int(Int64.random(in: 0...3, using: &random))
            }
        }
        return .object(fields)
    }
}
