import Core
import Glibc
import HTTPClient
import PKI
import Testing

@Suite("Downloads")
struct DownloadTests {
    let client = HTTPClient(configuration: .init(jitter: { 0 }))
    let policy = RetryPolicy(attempts: 3, base: .milliseconds(1), maximum: .milliseconds(2))

    /// Serves bytes with ranges; `cut` says after how many bytes a response breaks off, nil: never.
    private static func serve(
        _ content: [UInt8], etag: String? = "\"v1\"", seen: Recorder<RawConnection.Request> = Recorder(),
        cut: @escaping @Sendable (Int) -> Int? = { _ in nil }
    ) -> @Sendable (RawConnection) async throws -> Void {
        { connection in
            while let request = try await connection.request() {
                seen.append(request)
                let number = seen.all.count
                var offset = 0
                if let range = request["range"], request["if-range"] == nil || request["if-range"] == etag {
                    offset = Int(range.dropFirst("bytes=".count).dropLast()) ?? 0
                }
                let tag = etag.map { "ETag: \($0)\r\n" } ?? ""
                if offset >= content.count, offset > 0 {
                    try await connection.respond(
                        "416 Range Not Satisfiable", ["Content-Range: bytes */\(content.count)"])
                    continue
                }
                let rest = Array(content[offset...])
                let range = offset > 0 ? "Content-Range: bytes \(offset)-\(content.count - 1)/\(content.count)\r\n" : ""
                try await connection.write(
                    "HTTP/1.1 \(offset > 0 ? "206 Partial Content" : "200 OK")\r\nContent-Length: \(rest.count)\r\n\(tag)\(range)\r\n"
                )
                if let count = cut(number) {
                    try await connection.write(Array(rest.prefix(count)))
                    return try await connection.close()
                }
                try await connection.write(rest)
            }
        }
    }

    @Test("A file appears whole, with its permissions and digest, and nothing is left beside it")
    func whole() async throws {
        let directory = try TemporaryDirectory()
        let content = noise(5_000_000)
        let progress = Recorder<DownloadProgress>()
        try await withServer(Self.serve(content)) { port async throws in
            let result = try await client.download(
                HTTPRequest(.get, "http://127.0.0.1:\(port)/file"), to: directory.path + "/file",
                sha256: SHA256.hexadecimalHash(content).uppercased()
            ) { progress.append($0) }
            #expect(result.bytes == content.count)
            #expect(result.sha256 == SHA256.hexadecimalHash(content))
            #expect(result.resumedFrom == 0)
        }
        #expect(try FileStore.read(directory.path + "/file") == content)
        #expect(progress.all.last == DownloadProgress(received: content.count, total: content.count))
        var status = stat()
        #expect(stat(directory.path + "/file", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o644)
        #expect(!FileStore.exists(directory.path + "/file.partial"))
        #expect(!FileStore.exists(directory.path + "/file.partial.version"))
    }

    @Test("A connection that breaks again and again costs nothing that has arrived")
    func cuts() async throws {
        let directory = try TemporaryDirectory()
        let content = noise(1_000_000)
        let seen = Recorder<RawConnection.Request>()
        try await withServer(Self.serve(content, seen: seen, cut: { $0 < 8 ? 100_000 : nil })) { port async throws in
            let result = try await client.download(
                HTTPRequest(.get, "http://127.0.0.1:\(port)/file", retry: policy), to: directory.path + "/file",
                sha256: SHA256.hexadecimalHash(content))
            #expect(result.bytes == content.count)
        }
        #expect(seen.all.count == 8)
        #expect(seen.all[0]["range"] == nil)
        #expect(seen.all[1]["range"] == "bytes=100000-")
        #expect(seen.all[1]["if-range"] == "\"v1\"")
        #expect(seen.all[7]["range"] == "bytes=700000-")
    }

    @Test("A server that brings nothing at all is given up after the policy's attempts")
    func noProgress() async throws {
        let directory = try TemporaryDirectory()
        let seen = Recorder<RawConnection.Request>()
        try await withServer(Self.serve(noise(1000), seen: seen, cut: { _ in 0 })) { port async throws in
            let end = try await fault {
                _ = try await client.download(
                    HTTPRequest(.get, "http://127.0.0.1:\(port)/file", retry: policy), to: directory.path + "/file")
            }
            #expect(end.code == .unreachable)
        }
        #expect(seen.all.count == 3)
    }

    /// Leaves a part of the content behind, as a killed process would.
    private func leavePart(_ content: [UInt8], at path: String, port: Int, etag: String?, count: Int) throws {
        try FileStore.replace(path + ".partial", with: Array(content.prefix(count)))
        let version = "http://127.0.0.1:\(port)/file\n\(etag ?? "")"
        try FileStore.replace(path + ".partial.version", with: Array(version.utf8))
    }

    @Test("What an earlier process left is taken up", arguments: ["\"v1\"", nil])
    func resumption(_ etag: String?) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/file"
        let content = noise(300_000)
        let seen = Recorder<RawConnection.Request>()
        try await withServer(Self.serve(content, etag: etag, seen: seen)) { port async throws in
            try leavePart(content, at: path, port: port, etag: etag, count: 200_000)
            let result = try await client.download(
                HTTPRequest(.get, "http://127.0.0.1:\(port)/file"), to: path, sha256: SHA256.hexadecimalHash(content))
            #expect(result.resumedFrom == 200_000)
        }
        #expect(seen.all.map { $0["range"] } == ["bytes=200000-"])
        #expect(try FileStore.read(path) == content)
    }

    @Test("A part of another version is thrown away")
    func changed() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/file"
        let content = noise(300_000)
        try await withServer(Self.serve(content, etag: "\"v2\"")) { port async throws in
            try leavePart(noise(300_000, seed: 9), at: path, port: port, etag: "\"v1\"", count: 200_000)
            let result = try await client.download(HTTPRequest(.get, "http://127.0.0.1:\(port)/file"), to: path)
            #expect(result.resumedFrom == 0)
        }
        #expect(try FileStore.read(path) == content)
    }

    @Test("A part that turns out wrong by the checksum is replaced by a fresh download")
    func wrongPart() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/file"
        let content = noise(300_000)
        let seen = Recorder<RawConnection.Request>()
        try await withServer(Self.serve(content, etag: nil, seen: seen)) { port async throws in
            try leavePart(noise(300_000, seed: 9), at: path, port: port, etag: nil, count: 200_000)
            let result = try await client.download(
                HTTPRequest(.get, "http://127.0.0.1:\(port)/file"), to: path, sha256: SHA256.hexadecimalHash(content))
            #expect(result.resumedFrom == 0)
        }
        #expect(seen.all.map { $0["range"] } == ["bytes=200000-", nil])
        #expect(try FileStore.read(path) == content)
    }

    @Test("A part that is whole already only needs its checksum")
    func complete() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/file"
        let content = noise(300_000)
        try await withServer(Self.serve(content)) { port async throws in
            try leavePart(content, at: path, port: port, etag: "\"v1\"", count: content.count)
            let result = try await client.download(
                HTTPRequest(.get, "http://127.0.0.1:\(port)/file"), to: path, sha256: SHA256.hexadecimalHash(content))
            #expect(result.bytes == content.count)
        }
        #expect(try FileStore.read(path) == content)
    }

    @Test("Another checksum throws the file away and leaves the old one as it was")
    func mismatch() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/file"
        try FileStore.replace(path, with: Array("old".utf8))
        try await withServer(Self.serve(noise(1000))) { port async throws in
            let end = try await fault {
                _ = try await client.download(
                    HTTPRequest(.get, "http://127.0.0.1:\(port)/file"), to: path,
                    sha256: String(repeating: "0", count: 64))
            }
            #expect(end.code == .corrupted)
            #expect(end.why?.contains(SHA256.hexadecimalHash(noise(1000))) == true)
        }
        #expect(try FileStore.readText(path) == "old")
        #expect(!FileStore.exists(path + ".partial"))
    }

    @Test("More bytes than allowed are refused, by the announced length and by what comes", arguments: [true, false])
    func tooLarge(_ announced: Bool) async throws {
        let directory = try TemporaryDirectory()
        try await withServer { connection in
            _ = try await connection.request()
            try await connection.write("HTTP/1.1 200 OK\r\n\(announced ? "Content-Length: 2000\r\n" : "")\r\n")
            try await connection.write(noise(2000))
            try await connection.close()
        } _: { port async throws in
            let end = try await fault {
                _ = try await client.download(
                    HTTPRequest(.get, "http://127.0.0.1:\(port)/file"), to: directory.path + "/file", limit: 1999)
            }
            #expect(end.code == .corrupted)
        }
        #expect(!FileStore.exists(directory.path + "/file"))
    }

    @Test(
        "What the server refuses is told by its kind",
        arguments: [(404, Fault.Code.notFound), (403, .denied), (500, .failed)])
    func refused(_ status: Int, _ code: Fault.Code) async throws {
        let directory = try TemporaryDirectory()
        try await withServer { connection in
            while try await connection.request() != nil { try await connection.respond("\(status) No") }
        } _: { port async throws in
            let end = try await fault {
                _ = try await client.download(
                    HTTPRequest(.get, "http://127.0.0.1:\(port)/file"), to: directory.path + "/file")
            }
            #expect(end.code == code)
        }
    }

    @Test("Two downloads never write into one file")
    func locked() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/file"
        let arrived = Counter()
        try await withServer { connection in
            _ = try await connection.request()
            arrived.add()
            await connection.waitForClose()
        } _: { port async throws in
            let request = HTTPRequest(.get, "http://127.0.0.1:\(port)/file")
            let first = Task { try await client.download(request, to: path) }
            try await eventually("the first download") { arrived.value == 1 }
            #expect(try await fault { _ = try await client.download(request, to: path) }.code == .refused)
            first.cancel()
            _ = await first.result
        }
    }
}
