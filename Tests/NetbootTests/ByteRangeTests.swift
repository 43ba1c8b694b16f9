import NIOHTTP1
import Testing

@testable import Netboot

@Suite struct ByteRangeTests {
    @Test(
        "ranges of a content of ten bytes",
        arguments: [
            (nil, .whole), ("bytes=0-0", .part(0..<1)), ("bytes=2-5", .part(2..<6)), ("bytes=4-", .part(4..<10)),
            ("bytes=-3", .part(7..<10)), ("bytes=-30", .part(0..<10)), ("bytes=5-99", .part(5..<10)),
            ("Bytes= 1-2 ", .part(1..<3)), ("bytes=10-", .unsatisfiable), ("bytes=10-11", .unsatisfiable),
            ("bytes=-0", .unsatisfiable), ("bytes=5-2", .whole), ("bytes=0-1,3-4", .whole), ("bytes=-", .whole),
            ("bytes=a-b", .whole), ("lines=0-1", .whole), ("bytes", .whole),
            ("bytes=99999999999999999999-", .unsatisfiable), ("bytes=0-99999999999999999999", .part(0..<10)),
        ] as [(String?, ByteRange)])
    func ranges(_ header: String?, _ expected: ByteRange) {
        #expect(ByteRange(header, length: 10) == expected)
    }

    @Test("validators")
    func validators() {
        let validators = Preconditions(entityTag: "\"abc\"", lastModified: "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(validators.isUnchanged(["If-None-Match": "\"abc\""]))
        #expect(validators.isUnchanged(["If-None-Match": "\"x\", W/\"abc\""]))
        #expect(validators.isUnchanged(["If-None-Match": "*"]))
        #expect(
            !validators.isUnchanged(["If-None-Match": "\"x\"", "If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT"]))
        #expect(validators.isUnchanged(["If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT"]))
        #expect(validators.allowsRange(["If-Range": "\"abc\""]) && validators.allowsRange([:]))
        #expect(!validators.allowsRange(["If-Range": "W/\"abc\""]))
    }
}
