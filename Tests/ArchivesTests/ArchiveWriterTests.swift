import Archives
import Core
import Testing

@Suite struct ArchiveWriterTests {
    private let content = Array(repeatElement(Array("some content 0123456789\n".utf8), count: 20_000).joined())

    private func write(_ format: ArchiveWriter.Format, _ compression: ArchiveCompression) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let writer = try ArchiveWriter(named: "test", format, compression) { bytes += $0 }
        try writer.add(ArchiveEntry(path: "a", kind: .directory, mode: 0o755))
        try writer.add(ArchiveEntry(path: "a/file", mode: 0o640, modified: 1_700_000_000), content)
        try writer.add(ArchiveEntry(path: "a/ключ é"), [1])
        try writer.add(ArchiveEntry(path: "link", kind: .symbolicLink(target: "a/file")))
        try writer.add(ArchiveEntry(path: String(repeating: "long/", count: 40) + "name"), [2])
        try writer.finish()
        return bytes
    }

    @Test("tar reads what is written", arguments: ArchiveCompression.allCases)
    func tar(_ compression: ArchiveCompression) throws {
        let scratch = try Scratch()
        try FileStore.replace("\(scratch.path)/out", with: try write(.tar, compression))
        try scratch.run("mkdir to && tar -C to -xf out")
        #expect(try scratch.read("to/a/file") == content)
        #expect(try scratch.read("to/a/ключ é") == [1])
        #expect(try scratch.read("to/" + String(repeating: "long/", count: 40) + "name") == [2])
        #expect(try scratch.run("readlink to/link; stat -c '%a %Y' to/a/file") == "a/file\n640 1700000000\n")
    }

    @Test("cpio reads what is written")
    func cpio() throws {
        let scratch = try Scratch()
        try FileStore.replace("\(scratch.path)/out", with: try write(.cpio, .none))
        try scratch.run("mkdir to && cd to && cpio -id --quiet < ../out")
        #expect(try scratch.read("to/a/file") == content)
        #expect(try scratch.run("readlink to/link") == "a/file\n")
    }

    @Test("equal entries make equal bytes, with no time and no owner in them")
    func reproducible() throws {
        let first = try write(.tar, .gzip)
        #expect(try write(.tar, .gzip) == first)
        // RFC 1952: bytes 4 to 7 are the time.
        #expect(first[4..<8] == [0, 0, 0, 0])
        let scratch = try Scratch()
        try FileStore.replace("\(scratch.path)/out", with: first)
        #expect(try scratch.run("tar --numeric-owner -tvf out a/file").contains(" 0/0 "))
    }

    @Test("content in pieces must be as long as announced")
    func pieces() throws {
        let writer = try ArchiveWriter(named: "test", .tar, .none) { _ in }
        try writer.add(ArchiveEntry(path: "f", size: 4)) { piece in
            piece([1, 2])
            piece([3, 4])
        }
        #expect(throws: Fault.self) { try writer.add(ArchiveEntry(path: "g", size: 4)) { $0([1, 2]) } }
    }

    @Test("a sink that fails ends the writing with its own fault")
    func sink() throws {
        let fault = try #require(throws: Fault.self) {
            let writer = try ArchiveWriter(named: "test", .tar, .none) { _ in throw Fault(.refused, "disk full") }
            try writer.add(ArchiveEntry(path: "f"), [UInt8](repeating: 1, count: 1 << 20))
            try writer.finish()
        }
        #expect(fault.what == "disk full")
    }

    @Test("streams go there and back, and the tools agree", arguments: [ArchiveCompression.gzip, .xz, .zstd])
    func streams(_ compression: ArchiveCompression) throws {
        let packed = try Compressed.pack(content, compression)
        #expect(packed.count < content.count / 10)
        #expect(try Compressed.unpack(packed, limit: content.count) == content)
        #expect(throws: Fault.self) { try Compressed.unpack(packed, limit: content.count - 1) }
        let scratch = try Scratch()
        try FileStore.replace("\(scratch.path)/out", with: packed)
        #expect(try scratch.run("\(compression) -dc < out | wc -c") == "\(content.count)\n")
    }

    @Test("no bytes and broken bytes do not decompress")
    func brokenStreams() throws {
        #expect(throws: Fault.self) { try Compressed.unpack([], limit: 10) }
        #expect(throws: Fault.self) { try Compressed.unpack(Array("plain text".utf8), limit: 100) }
        let packed = try Compressed.pack(content, .gzip)
        #expect(throws: Fault.self) { try Compressed.unpack(Array(packed.prefix(packed.count / 2)), limit: 1 << 20) }
        #expect(try Compressed.unpack(try Compressed.pack([], .gzip), limit: 10) == [])
    }
}
