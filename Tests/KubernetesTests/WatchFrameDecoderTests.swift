import Core
import Kubernetes
import Testing

@Suite struct WatchFrameDecoderTests {
    private static let text = "{\"a\":1}\n{\"b\":\"é\"}\r\n\n{\"c\":[]}\n"
    private static let frames = ["{\"a\":1}", "{\"b\":\"é\"}", "{\"c\":[]}"]

    @Test("Frames come out the same wherever the bytes are cut", arguments: 1...29)
    func cuts(size: Int) throws {
        var decoder = WatchFrameDecoder()
        var frames: [String] = []
        let bytes = Array(Self.text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            let chunk = Array(bytes[start..<min(start + size, bytes.count)])
            frames += try decoder.push(chunk).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(frames == Self.frames)
        #expect(decoder.pending == 0)
    }

    @Test("A frame above the limit is refused before it is kept whole", arguments: [true, false])
    func bounded(withEnd: Bool) {
        var decoder = WatchFrameDecoder(limit: 10)
        #expect(throws: Fault.self) {
            for _ in 0..<4 { _ = try decoder.push(Array("abc".utf8)) }
            if withEnd { _ = try decoder.push([0x0A]) }
        }
        #expect(decoder.pending <= 10)
    }

    @Test("A frame as large as the limit passes")
    func exact() throws {
        var decoder = WatchFrameDecoder(limit: 4)
        #expect(try decoder.push(Array("abcd\nefgh\n".utf8)).count == 2)
    }

    @Test("An ERROR event becomes the error that it carries")
    func errorEvent() {
        let frame = Array(event("ERROR", status(410, "Expired")).utf8.dropLast())
        #expect {
            _ = try WatchEvent(frame: frame, call: "GET /api/v1/nodes")
        } throws: { error in
            (error as? KubernetesError)?.isGone == true
        }
    }

    @Test(
        "What is no event is refused",
        arguments: [
            "", "{}", "[1]", "{\"type\":\"ADDED\"}", "{\"type\":\"NEW\",\"object\":{}}", "{\"type\":1,\"object\":{}}",
        ])
    func garbage(text: String) {
        #expect(throws: Fault.self) { try WatchEvent(frame: Array(text.utf8), call: "GET /") }
    }
}
