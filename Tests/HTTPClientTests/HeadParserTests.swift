import Testing

@testable import HTTPClient

@Suite("Header lines")
struct HeadParserTests {
    private func feed(_ lines: [String], limit: Int = 1000, followsRedirects: Bool = true) -> [HeadParser.Step] {
        var parser = HeadParser(limit: limit, followsRedirects: followsRedirects)
        return lines.map { line in Array((line + "\r\n").utf8).withUnsafeBytes { parser.take($0) } }
    }

    @Test("The head is the last block that is neither interim nor a followed redirect; then come trailers")
    func blocks() {
        let steps = feed([
            "HTTP/1.1 100 Continue", "", "HTTP/1.1 302 Found", "Location: /x", "", "HTTP/2 200", "a:  b \t", "", "c: d",
            "",
        ])
        #expect(
            steps.filter { $0 != .more } == [
                .head(status: 200, headers: ["A": "b"], version: .http2), .trailer(name: "c", value: "d"),
            ])
    }

    @Test("A redirect that is not followed, or leads nowhere, is the answer")
    func redirects() {
        let kept = feed(["HTTP/1.1 302 Found", "Location: /x", ""], followsRedirects: false)
        #expect(kept.last == .head(status: 302, headers: ["location": "/x"], version: .http11))
        #expect(feed(["HTTP/1.1 302 Found", ""]).last == .head(status: 302, headers: [:], version: .http11))
        #expect(feed(["HTTP/1.0 304 Not Modified", ""]).last == .head(status: 304, headers: [:], version: .http10))
    }

    @Test("The bound covers all blocks together, and a status line must be one")
    func refused() {
        let long = String(repeating: "x", count: 60)
        let steps = feed(["HTTP/1.1 200 OK", "a: \(long)", "b: \(long)"], limit: 100)
        guard case .refused = steps.last else { return #expect(Bool(false), "the bound does not hold") }
        guard case .refused = feed(["HTTP/1.1 twohundred"]).last else {
            return #expect(Bool(false), "a broken status line passes")
        }
    }

    @Test("No bytes bring the parser down", arguments: 0..<200)
    func noise(_ seed: UInt64) {
        var generator = SplitMix(state: seed)
        var parser = HeadParser(limit: 4000, followsRedirects: seed.isMultiple(of: 2))
        let starts = ["HTTP/1.1 200 OK", "HTTP/2 100", "", "Location: /", ":", "\u{0}", "HTTP/", "a:b"]
        for _ in 0..<60 {
            var line = Array((starts.randomElement(using: &generator) ?? "").utf8)
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                line.append(UInt8.random(in: 0...255, using: &generator))
            }
            line += [0x0D, 0x0A]
            _ = line.withUnsafeBytes { parser.take($0) }
        }
    }
}
