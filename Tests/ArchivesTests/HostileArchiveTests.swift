import Archives
import Core
import Testing

@Suite struct HostileArchiveTests {
    /// Runs Python's tarfile, which writes what tar itself would not.
    private func archive(_ members: String) throws -> (Scratch, String) {
        let scratch = try Scratch()
        let script = """
            import tarfile, io
            t = tarfile.open("out", "w")
            def add(name, type=tarfile.REGTYPE, link="", data=b""):
                i = tarfile.TarInfo(name); i.type = type; i.linkname = link; i.size = len(data)
                t.addfile(i, io.BytesIO(data))
            \(members)
            t.close()
            """
        try FileStore.replace("\(scratch.path)/make.py", with: Array(script.utf8))
        try scratch.run("python3 make.py")
        return (scratch, "\(scratch.path)/out")
    }

    @Test(
        "an entry that leads out is refused by name",
        arguments: [
            ("add('/etc/passwd')", "/etc/passwd"), ("add('../x')", "../x"), ("add('a/../../x')", "a/../../x"),
            ("add('a/..')", "a/.."), ("add('l', tarfile.SYMTYPE, '/etc')", "l"),
            ("add('l', tarfile.SYMTYPE, '..')", "l"), ("add('a/l', tarfile.SYMTYPE, '../../x')", "a/l"),
            ("add('l', tarfile.SYMTYPE, 'a/../..')", "l"), ("add('l', tarfile.SYMTYPE, 'a/..')", "l"),
            ("add('l', tarfile.SYMTYPE, '.'); add('l/x')", "l/x"), ("add('h', tarfile.LNKTYPE, '../x')", "../x"),
            ("add('h', tarfile.LNKTYPE, '/etc/passwd')", "/etc/passwd"), ("add('d', tarfile.CHRTYPE)", "d"),
            ("add('d', tarfile.BLKTYPE)", "d"), ("add('p', tarfile.FIFOTYPE)", "p"), ("add('.')", "."),
        ])
    func leadsOut(_ members: String, _ name: String) throws {
        let (scratch, path) = try archive(members)
        defer { withExtendedLifetime(scratch) {} }
        let fault = try #require(throws: Fault.self) {
            let reader = try ArchiveReader(file: path, formats: .tar)
            while try reader.next() != nil {}
        }
        #expect(fault.code == .refused)
        #expect(fault.what.contains("\"\(name)\""), "\(fault)")
    }

    @Test("links that stay inside are taken")
    func inside() throws {
        let (scratch, path) = try archive(
            "add('a/f', data=b'x'); add('a/b/l', tarfile.SYMTYPE, '../f'); add('h', tarfile.LNKTYPE, 'a/f')")
        let reader = try ArchiveReader(file: path, formats: .tar)
        try scratch.run("mkdir to")
        try ArchiveExtractor.extract(reader, into: "\(scratch.path)/to")
        #expect(try scratch.run("cat to/a/b/l to/h && stat -c %h to/h") == "xx2\n")
    }

    @Test("an archive with two files of one name does not replace the first when unpacked")
    func twice() throws {
        let (scratch, path) = try archive("add('f', data=b'1'); add('f', data=b'2')")
        try scratch.run("mkdir to")
        let fault = try #require(throws: Fault.self) {
            let reader = try ArchiveReader(file: path, formats: .tar)
            try ArchiveExtractor.extract(reader, into: "\(scratch.path)/to")
        }
        #expect(fault.location == "\(scratch.path)/to/f")
        #expect(try scratch.read("to/f") == Array("1".utf8))
    }

    @Test("a link that was there before is not followed")
    func oldLink() throws {
        let (scratch, path) = try archive("add('d/f', data=b'1')")
        try scratch.run("mkdir to out2 && ln -s ../out2 to/d")
        #expect(throws: Fault.self) {
            let reader = try ArchiveReader(file: path, formats: .tar)
            try ArchiveExtractor.extract(reader, into: "\(scratch.path)/to")
        }
        #expect(try scratch.run("ls out2") == "")
    }

    @Test("bounds: entries, entry size, total size, path length")
    func bounds() throws {
        let (scratch, path) = try archive("[add('f%d' % i, data=b'x' * 1000) for i in range(20)]; add('p' * 200)")
        defer { withExtendedLifetime(scratch) {} }
        func walk(_ limits: ArchiveLimits) throws {
            let reader = try ArchiveReader(file: path, formats: .tar, limits: limits)
            while try reader.next() != nil { _ = try reader.readAll() }
        }
        try walk(ArchiveLimits(entries: 21, entrySize: 1000, totalSize: 20_000, pathLength: 200))
        let faults = [
            try #require(throws: Fault.self) { try walk(ArchiveLimits(entries: 20)) },
            try #require(throws: Fault.self) { try walk(ArchiveLimits(entrySize: 999)) },
            try #require(throws: Fault.self) { try walk(ArchiveLimits(totalSize: 19_999)) },
            try #require(throws: Fault.self) { try walk(ArchiveLimits(pathLength: 199)) },
        ]
        #expect(faults.allSatisfy { $0.code == .refused })
        #expect(faults.map { $0.what.contains("f19") } == [false, false, true, false])
    }

    @Test("a bomb is stopped early", arguments: ["gzip -9", "xz", "zstd -q"])
    func bomb(_ compressor: String) throws {
        let scratch = try Scratch()
        try scratch.run("truncate -s 400M zeros && tar -cf - zeros | \(compressor) > out && rm zeros")
        var read = 0
        let fault = try #require(throws: Fault.self) {
            let reader = try ArchiveReader(file: "\(scratch.path)/out", formats: .tar)
            _ = try reader.next()
            while true {
                let count = try reader.read().count
                guard count > 0 else { break }
                read += count
            }
        }
        #expect(fault.what.contains("\"zeros\""))
        #expect(read < 64 << 20)
    }
}
