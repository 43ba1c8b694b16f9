import Core
import HTTPClient
import Testing

@Suite("HTTP/2")
struct HTTP2Tests {
    let client = HTTPClient()

    @Test("A server that negotiates HTTP/2 over TLS is spoken to in it, unless HTTP/1.1 is asked for")
    func negotiated() async throws {
        let pki = try TestPKI()
        try await withStreamServer(tls: pki.context(protocols: ["h2"])) { stream in
            let body = try await stream.body()
            try await stream.respond(200, [("x-method", stream[":method"] ?? "")])
            try await stream.send(body, end: true)
        } _: { port async throws in
            defer { client.close() }
            let url = "https://127.0.0.1:\(port)/"
            let tls = TLSSettings(trust: pki.trust)
            let body = noise(2 << 20)
            for version in [HTTPRequest.Version.automatic, .http2] {
                let answer = try await client.collect(
                    HTTPRequest(.put, url, body: .bytes(body), tls: tls, version: version))
                #expect(answer.head.version == .http2)
                #expect(answer.head.headers["x-method"] == "PUT")
                #expect(answer.body == body)
            }
        }
    }

    @Test("Asking for HTTP/2 from a server that only has HTTP/1.1 is refused")
    func missing() async throws {
        let pki = try TestPKI()
        try await withServer(tls: pki.context(protocols: ["http/1.1"])) { connection in
            while try await connection.request() != nil { try await connection.respond("200 OK") }
        } _: { port async throws in
            defer { client.close() }
            let url = "https://127.0.0.1:\(port)/"
            let tls = TLSSettings(trust: pki.trust)
            let refused = try await fault {
                _ = try await client.collect(HTTPRequest(.get, url, tls: tls, version: .http2))
            }
            #expect(refused.code == .failed)
            #expect(try await client.collect(HTTPRequest(.get, url, tls: tls)).head.version == .http11)
        }
    }

    @Test("Requests after one another share a connection over TLS, also after one whose stream failed")
    func reuse() async throws {
        let pki = try TestPKI()
        try await withStreamServer(tls: pki.context(protocols: ["h2"])) { stream in
            _ = try await stream.body()
            try await stream.respond(200)
            if stream[":path"] == "/failing" { return try await stream.reset() }
            try await stream.send(Array("\(stream.connection)".utf8), end: true)
        } _: { port async throws in
            defer { client.close() }
            let tls = TLSSettings(trust: pki.trust)
            let url = "https://127.0.0.1:\(port)"
            var connections: [String] = []
            for number in 0..<20 {
                let request = HTTPRequest(number.isMultiple(of: 2) ? .get : .post, url + "/", tls: tls)
                connections.append(String(decoding: try await client.collect(request).body, as: UTF8.self))
                if number == 9 {
                    let failing = HTTPRequest(.get, url + "/failing", tls: tls)
                    #expect(try await fault { _ = try await client.collect(failing) }.code == .unreachable)
                }
            }
            #expect(connections == Array(repeating: "1", count: 10) + Array(repeating: "2", count: 10))
        }
    }

    @Test("A reader that waits holds one stream back and no other")
    func backPressure() async throws {
        let total = 128 << 20
        let block = noise(64 << 10)
        let written = Counter()
        try await withStreamServer { stream in
            _ = try await stream.body()
            try await stream.respond(200)
            if stream[":path"] == "/small" { return try await stream.send([1], end: true) }
            for _ in 0..<total / block.count {
                try await stream.send(block)
                written.add(block.count)
            }
            try await stream.send([], end: true)
            await stream.waitForClose()
        } _: { port async throws in
            let base = "http://127.0.0.1:\(port)"
            let large = try await client.execute(HTTPRequest(.get, base + "/large", version: .http2PriorKnowledge))
            var iterator = large.body.makeAsyncIterator()
            var received = try #require(await iterator.next()).count
            try await standstill(of: written)
            #expect(written.value < total)
            for _ in 0..<20 {
                let small = try await client.collect(
                    HTTPRequest(.get, base + "/small", version: .http2PriorKnowledge, deadline: .seconds(10)))
                #expect(small.body == [1])
            }
            while let chunk = try await iterator.next() { received += chunk.count }
            #expect(received == total)
        }
    }

    @Test("Cancelling resets the stream")
    func cancellation() async throws {
        let (arrived, closed) = (Counter(), Counter())
        try await withStreamServer { stream in
            arrived.add()
            await stream.waitForClose()
            closed.add()
        } _: { port async throws in
            let task = Task {
                try await fault {
                    _ = try await client.collect(
                        HTTPRequest(.get, "http://127.0.0.1:\(port)/", version: .http2PriorKnowledge))
                }
            }
            try await eventually("the request arriving") { arrived.value == 1 }
            task.cancel()
            #expect(try await task.value.code == .cancelled)
            try await eventually("the server seeing the stream close") { closed.value == 1 }
        }
    }
}
