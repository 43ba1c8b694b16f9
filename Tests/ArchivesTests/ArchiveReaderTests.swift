import Archives
import Core
import Testing

@Suite struct ArchiveReaderTests {
    /// A tree with what archives have: nested directories, an empty file, a large one, a link, a name that is not ASCII.
    private func tree() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.run(
            "mkdir -p tree/a/b && printf hello > tree/a/b/file && : > tree/empty && ln -s a/b/file tree/link")
        try scratch.run("head -c 3000000 /dev/urandom > tree/large && printf x > 'tree/ключ é' && chmod 751 tree/empty")
        return scratch
    }

    private func entries(_ reader: ArchiveReader) throws -> [String: ([UInt8], ArchiveEntry)] {
        var found: [String: ([UInt8], ArchiveEntry)] = [:]
        while let entry = try reader.next() { found[entry.path] = (try reader.readAll(), entry) }
        return found
    }

    @Test(
        "what tar, cpio, xz, zstd and gzip write is read whole",
        arguments: [
            "tar -C tree -cf out .", "tar -C tree --format=posix -czf out .", "tar -C tree --format=ustar -cJf out .",
            "tar -C tree --format=gnu -cf - . | zstd -q -o out", "cd tree && find . | cpio -o -H newc --quiet > ../out",
            "cd tree && find . | cpio -o -H newc --quiet | xz --check=crc32 > ../out",
            "cd tree && find . | cpio -o -H odc --quiet > ../out",
        ])
    func peers(_ command: String) throws {
        let scratch = try tree()
        try scratch.run(command)
        let found = try entries(try ArchiveReader(file: "\(scratch.path)/out", formats: [.tar, .cpio]))
        #expect(Set(found.keys) == ["a", "a/b", "a/b/file", "empty", "link", "large", "ключ é"])
        #expect(found["a/b/file"]?.0 == Array("hello".utf8))
        #expect(found["large"]?.0 == (try scratch.read("tree/large")))
        #expect(found["link"]?.1.kind == .symbolicLink(target: "a/b/file"))
        #expect(found["empty"]?.1.mode == 0o751 && found["empty"]?.1.size == 0)
        #expect(found["a"]?.1.kind == .directory)
    }

    @Test("an ISO 9660 image is read with its long names", arguments: ["-R", "-J", "-R -J"])
    func iso(_ extensions: String) throws {
        let scratch = try tree()
        try scratch.run("rm tree/link tree/ключ* && cp tree/a/b/file 'tree/A rather long name.yaml'")
        try scratch.run("genisoimage -quiet \(extensions) -V cidata -o out tree")
        let found = try entries(try ArchiveReader(file: "\(scratch.path)/out", formats: .iso9660))
        #expect(found["A rather long name.yaml"]?.0 == Array("hello".utf8))
        #expect(found["large"]?.0 == (try scratch.read("tree/large")))
    }

    @Test("chunks of any size make the same archive", arguments: [1, 7, 512, 100_000])
    func chunks(_ size: Int) throws {
        let scratch = try tree()
        try scratch.run("rm tree/large && tar -C tree -czf out .")
        let bytes = try scratch.read("out")
        var rest = bytes[...]
        let reader = try ArchiveReader(named: "chunks", formats: .tar) {
            defer { rest = rest.dropFirst(size) }
            return rest.isEmpty ? nil : Array(rest.prefix(size))
        }
        #expect(try entries(reader)["a/b/file"]?.0 == Array("hello".utf8))
    }

    @Test("a source that breaks off is told as what it is")
    func brokenSource() throws {
        let scratch = try tree()
        try scratch.run("tar -C tree -cf out .")
        let bytes = try scratch.read("out")
        var calls = 0
        let fault = try #require(throws: Fault.self) {
            let reader = try ArchiveReader(named: "chunks", formats: .tar) {
                calls += 1
                if calls > 3 { throw Fault(.unreachable, "the peer went away") }
                return Array(bytes[(calls - 1) * 512..<calls * 512])
            }
            while try reader.next() != nil { _ = try reader.readAll() }
        }
        #expect(fault.code == .unreachable)
    }

    @Test(
        "an archive cut short or of another kind is refused as corrupted",
        arguments: ["cut", "text", "zip", "empty gzip"])
    func corrupted(_ kind: String) throws {
        let scratch = try tree()
        switch kind {
        case "cut": try scratch.run("tar -C tree -czf whole . && head -c 100000 whole > out")
        case "text": try scratch.run("printf 'this is no archive at all, only some words' > out")
        case "zip": try scratch.run("printf 'PK\\003\\004aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' > out")
        default: try scratch.run("tar -C tree -cf - . | gzip | head -c 15 > out")
        }
        let fault = try #require(throws: Fault.self) {
            _ = try entries(try ArchiveReader(file: "\(scratch.path)/out", formats: [.tar, .cpio]))
        }
        #expect(fault.code == .corrupted)
        #expect(fault.location == "\(scratch.path)/out")
    }

    @Test("a missing file is not found")
    func missing() throws {
        let fault = try #require(throws: Fault.self) { _ = try ArchiveReader(file: "/nowhere/x.tar", formats: .tar) }
        #expect(fault.code == .notFound)
    }
}
