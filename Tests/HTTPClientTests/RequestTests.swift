import Core
import HTTPClient
import Testing

@Suite("Requests and responses over HTTP/1.1")
struct RequestTests {
    let client = HTTPClient(configuration: .init(userAgent: "tests/1"))

    @Test("A GET carries its target, headers and user agent, and brings status, headers and body")
    func get() async throws {
        let seen = Recorder<RawConnection.Request>()
        try await withServer { connection in
            while let request = try await connection.request() {
                seen.append(request)
                try await connection.respond("201 Created", ["X-Thing: a", "x-thing: b"], body: "hello")
            }
        } _: { port async throws in
            let answer = try await client.collect(
                HTTPRequest(.get, "http://127.0.0.1:\(port)/a/b?c=d", headers: ["X-Empty": "", "X-Full": "yes"]))
            #expect(answer.head.status == 201)
            #expect(answer.head.version == .http11)
            #expect(answer.head.headers["X-THING"] == "a")
            #expect(answer.head.headers.values("x-thing") == ["a", "b"])
            #expect(answer.body == Array("hello".utf8))
        }
        let request = try #require(seen.all.first)
        #expect(request.method == "GET")
        #expect(request.target == "/a/b?c=d")
        #expect(request["user-agent"] == "tests/1")
        #expect(request["x-empty"]?.isEmpty == true)
        #expect(request["x-full"] == "yes")
    }

    @Test(
        "Every method carries a body as it is, without Expect and without a content type of its own",
        arguments: [HTTPMethod.post, .put, .patch, .delete])
    func bodies(_ method: HTTPMethod) async throws {
        let seen = Recorder<RawConnection.Request>()
        let body = noise(3 << 20)
        try await withServer { connection in
            while let request = try await connection.request() {
                seen.append(request)
                try await connection.respond("200 OK")
            }
        } _: { port async throws in
            let url = "http://127.0.0.1:\(port)/"
            _ = try await client.collect(HTTPRequest(method, url, body: .bytes(body)))
            _ = try await client.collect(HTTPRequest(method, url))
        }
        #expect(seen.all.map(\.method) == [method.rawValue, method.rawValue])
        #expect(seen.all.first?.body == body)
        #expect(seen.all.last?.body == [])
        #expect(seen.all.allSatisfy { $0["expect"] == nil && $0["content-type"] == nil })
    }

    @Test("HEAD brings headers and no body")
    func head() async throws {
        try await withServer { connection in
            while let request = try await connection.request() {
                #expect(request.method == "HEAD")
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n")
            }
        } _: { port async throws in
            let answer = try await client.collect(HTTPRequest(.head, "http://127.0.0.1:\(port)/"))
            #expect(answer.head.contentLength == 1234)
            #expect(answer.body.isEmpty)
        }
    }

    @Test("Interim responses are passed over")
    func interim() async throws {
        try await withServer { connection in
            while try await connection.request() != nil {
                try await connection.write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
                try await connection.respond("200 OK", body: "x")
            }
        } _: { port async throws in
            let answer = try await client.collect(HTTPRequest(.get, "http://127.0.0.1:\(port)/"))
            #expect(answer.head.status == 200)
            #expect(answer.head.headers["link"] == nil)
        }
    }

    @Test("Trailers of a chunked response are there after its body")
    func trailers() async throws {
        try await withServer { connection in
            while try await connection.request() != nil {
                try await connection.write(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 7\r\nX-End: yes\r\n\r\n"
                )
            }
        } _: { port async throws in
            let response = try await client.execute(HTTPRequest(.get, "http://127.0.0.1:\(port)/"))
            #expect(response.body.trailers.isEmpty)
            #expect(try await response.body.collect(limit: 10) == Array("abc".utf8))
            #expect(response.body.trailers["x-sum"] == "7")
            #expect(response.body.trailers["x-end"] == "yes")
        }
    }

    @Test("A streamed body goes out in chunks, or with its length when that is known", arguments: [true, false])
    func streamedBody(_ known: Bool) async throws {
        let seen = Recorder<RawConnection.Request>()
        let body = noise(1 << 20)
        try await withServer { connection in
            while let request = try await connection.request() {
                seen.append(request)
                try await connection.respond("200 OK")
            }
        } _: { port async throws in
            let chunks = AsyncStream<[UInt8]> { continuation in
                for start in stride(from: 0, to: body.count, by: 100_000) {
                    continuation.yield(Array(body[start..<min(start + 100_000, body.count)]))
                }
                continuation.finish()
            }
            let answer = try await client.collect(
                HTTPRequest(
                    .put, "http://127.0.0.1:\(port)/", body: .stream(chunks, length: known ? body.count : nil)))
            #expect(answer.head.status == 200)
        }
        #expect(seen.all.first?.body == body)
        #expect(seen.all.first?["transfer-encoding"] == (known ? nil : "chunked"))
    }

    @Test("Redirects are followed for GET, up to the bound, and never for POST")
    func redirects() async throws {
        try await withServer { connection in
            while let request = try await connection.request() {
                if request.target == "/end" {
                    try await connection.respond("200 OK", body: "there")
                } else if request.target == "/loop" {
                    try await connection.respond("302 Found", ["Location: /loop"])
                } else {
                    try await connection.respond("307 Temporary Redirect", ["Location: /end"], body: "elsewhere")
                }
            }
        } _: { port async throws in
            let base = "http://127.0.0.1:\(port)"
            let answer = try await client.collect(HTTPRequest(.get, base + "/start"))
            #expect(answer.head.status == 200)
            #expect(answer.head.url == base + "/end")
            #expect(answer.body == Array("there".utf8))
            let kept = try await client.collect(HTTPRequest(.post, base + "/start"))
            #expect(kept.head.status == 307)
            #expect(kept.body == Array("elsewhere".utf8))
            let endless = try await fault { _ = try await client.collect(HTTPRequest(.get, base + "/loop")) }
            #expect(endless.code == .failed)
        }
    }

    @Test("Requests after one another share a connection; a fresh connection is asked for and given")
    func reuse() async throws {
        try await withServer { connection in
            while try await connection.request() != nil {
                try await connection.respond("200 OK", body: "\(connection.number)")
            }
        } _: { port async throws in
            let request = HTTPRequest(.get, "http://127.0.0.1:\(port)/")
            var fresh = request
            fresh.freshConnection = true
            var numbers: [String] = []
            for request in [request, request, fresh, request] {
                numbers.append(String(decoding: try await client.collect(request).body, as: UTF8.self))
            }
            #expect(numbers == ["1", "1", "2", "1"])
        }
    }

    @Test("Three hundred requests at once are all answered, each with its own body")
    func manyAtOnce() async throws {
        try await withServer { connection in
            while let request = try await connection.request() {
                try await connection.respond("200 OK", body: request.target)
            }
        } _: { port async throws in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<300 {
                    group.addTask {
                        let answer = try await client.collect(HTTPRequest(.get, "http://127.0.0.1:\(port)/\(number)"))
                        return answer.body == Array("/\(number)".utf8)
                    }
                }
                for try await right in group { #expect(right) }
            }
        }
    }

    @Test("A proxy is sent the absolute URL; without a proxy the environment plays no part")
    func proxy() async throws {
        try await withServer { connection in
            while let request = try await connection.request() {
                try await connection.respond("200 OK", body: request.target)
            }
        } _: { port async throws in
            let answer = try await client.collect(
                HTTPRequest(.get, "http://example.invalid/x", proxy: .url("http://127.0.0.1:\(port)")))
            #expect(answer.body == Array("http://example.invalid/x".utf8))
        }
    }

    @Test("Connecting elsewhere keeps the name in the Host header")
    func connectTo() async throws {
        try await withServer { connection in
            while let request = try await connection.request() {
                try await connection.respond("200 OK", body: request["host"] ?? "")
            }
        } _: { port async throws in
            let answer = try await client.collect(
                HTTPRequest(
                    .get, "http://node.example:6443/", connectTo: .init(host: "127.0.0.1", port: port), proxy: .none))
            #expect(answer.body == Array("node.example:6443".utf8))
        }
    }

    @Test(
        "A request that would be another one on the wire is refused before it is sent",
        arguments: [
            HTTPRequest(.get, "ftp://127.0.0.1/"), HTTPRequest(.get, "/relative"),
            HTTPRequest(.get, "http://127.0.0.1/a b"), HTTPRequest(.get, "http://user:word@127.0.0.1/"),
            HTTPRequest(.get, "http://127.0.0.1/", headers: ["X-A": "1\r\nX-B: 2"]),
            HTTPRequest(.get, "http://127.0.0.1/", headers: ["X A": "1"]),
            HTTPRequest(.get, "https://127.0.0.1/", tls: TLSSettings(trust: .pinned(spki: []))),
            HTTPRequest(.get, "https://127.0.0.1/", tls: TLSSettings(trust: .pinned(spki: ["not a pin"]))),
            HTTPRequest(.get, "https://127.0.0.1/", connectTo: .init(host: "127.0.0.1", port: 0)),
        ])
    func refused(_ request: HTTPRequest) async throws {
        #expect(try await fault { _ = try await client.execute(request) }.code == .usage)
    }
}
