import Testing

@testable import Lab

@Suite struct NodeFetchRulesTests {
    static let values = [
        "uuid": "4c4c4544-0000", "serial": "A 1", "mac": "52:54:00:aa:bb:01", "hostname": "talos-1",
    ]

    @Test(
        "placeholders are filled as Talos fills them",
        arguments: [
            // Without a placeholder the URL goes out as it was written.
            ("http://h/c?z=1&a=2", "http://h/c?z=1&a=2"), ("http://h/c/${uuid}", "http://h/c/${uuid}"),
            // With one the query is sorted and encoded anew.
            ("http://h/c?z=1&mac=${mac}", "http://h/c?mac=52%3A54%3A00%3Aaa%3Abb%3A01&z=1"),
            ("http://h/c?m=${MAC}", "http://h/c?m=52%3A54%3A00%3Aaa%3Abb%3A01"),
            ("http://h/c?s=${serial}&u=${uuid}", "http://h/c?s=A+1&u=4c4c4544-0000"),
            ("http://h/c?uuid=", "http://h/c?uuid=4c4c4544-0000"),
            ("http://h/c?code=${code}&a=${hostname}", "http://h/c?a=talos-1&code=%24%7Bcode%7D"),
            ("http://h/c?x=${nobody}&u=${uuid}", "http://h/c?u=4c4c4544-0000&x=%24%7Bnobody%7D"),
        ])
    func placeholders(template: String, url: String) {
        #expect(ConfigURL.resolved(template, values: Self.values) == url)
    }

    @Test("the gaps double without a cap after failures")
    func failures() {
        var retry = ConfigRetry()
        #expect((0..<12).map { _ in retry.gapAfterFailure() } == [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1023, 2047])
    }

    @Test("a refused configuration starts the fetching over, with a pause of at most a minute")
    func rejections() {
        var retry = ConfigRetry()
        _ = (0..<5).map { _ in retry.gapAfterFailure() }
        let gaps = (0..<30).map { _ in retry.gapAfterRejection() }
        #expect(gaps[0] == 0.5)
        #expect(gaps[1] == 0.75)
        #expect(gaps.allSatisfy { $0 <= 60 })
        #expect(gaps[29] == 60)
        #expect(retry.gapAfterFailure() == 0)
    }

    @Test("a kernel command line keeps order, repetition and quotes")
    func commandLine() {
        let arguments = KernelArguments("a=1 b a=2  c=\"x y\" =z")
        #expect(arguments["a"] == "2")
        #expect(arguments.values("a") == ["1", "2"])
        #expect(arguments["b"] == "")
        #expect(arguments["c"] == "x y")
        #expect(arguments["d"] == nil)
    }
}
