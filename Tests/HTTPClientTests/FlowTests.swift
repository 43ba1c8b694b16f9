import Core
import HTTPClient
import Testing

@Suite("Back-pressure, cancellation and limits")
struct FlowTests {
    let client = HTTPClient()

    @Test("A reader that waits holds the server back, and gets every byte when it goes on")
    func responseBackPressure() async throws {
        let total = 160 << 20
        let block = noise(64 << 10)
        let written = Counter()
        try await withServer { connection in
            while try await connection.request() != nil {
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
                for _ in 0..<total / block.count {
                    try await connection.write(block)
                    written.add(block.count)
                }
            }
        } _: { port async throws in
            let response = try await client.execute(HTTPRequest(.get, "http://127.0.0.1:\(port)/"))
            var iterator = response.body.makeAsyncIterator()
            var received = try #require(await iterator.next()).count
            try await standstill(of: written)
            // What the two sockets hold, and no more.
            #expect(written.value < total / 2)
            while let chunk = try await iterator.next() { received += chunk.count }
            #expect(received == total)
        }
    }

    @Test("A request body is not read far ahead of what the server takes")
    func requestBackPressure() async throws {
        let produced = Counter()
        let goOn = AsyncStream<Void>.makeStream()
        try await withServer { connection in
            _ = try await connection.requestHead()
            for await _ in goOn.stream { break }
            try await connection.respond("507 Insufficient Storage")
        } _: { port async throws in
            let blocks = Endless(block: noise(1 << 20), produced: produced)
            async let answer = client.collect(
                HTTPRequest(.put, "http://127.0.0.1:\(port)/", body: .stream(blocks)))
            try await standstill(of: produced)
            #expect(produced.value < 64)
            goOn.continuation.finish()
            #expect(try await answer.head.status == 507)
        }
    }

    @Test("Cancelling the task ends the transfer at once, before and after the head", arguments: [false, true])
    func cancellation(_ afterHead: Bool) async throws {
        let (arrived, closed) = (Counter(), Counter())
        try await withServer { connection in
            _ = try await connection.request()
            if afterHead { try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx") }
            arrived.add()
            await connection.waitForClose()
            closed.add()
        } _: { port async throws in
            let task = Task {
                try await fault { _ = try await client.collect(HTTPRequest(.get, "http://127.0.0.1:\(port)/")) }
            }
            try await eventually("the request arriving") { arrived.value == 1 }
            task.cancel()
            #expect(try await task.value.code == .cancelled)
            try await eventually("the server seeing the connection close") { closed.value == 1 }
        }
    }

    @Test("Requests given up at any moment leave no connection open, and the others get their own answers")
    func manyCancelled() async throws {
        let (opened, closed) = (Counter(), Counter())
        try await withServer { connection in
            opened.add()
            defer { closed.add() }
            while let request = try await connection.request() {
                let body = String(repeating: request.target, count: 20_000)
                try await connection.respond("200 OK", body: body)
            }
        } _: { port async throws in
            let kept = try await withThrowingTaskGroup(of: Int.self) { group in
                var generator = SplitMix(state: 3)
                for number in 0..<400 {
                    let pause = Duration.microseconds(Int.random(in: 0...20_000, using: &generator))
                    let keeps = number.isMultiple(of: 4)
                    group.addTask {
                        let task = Task {
                            try await client.collect(HTTPRequest(.get, "http://127.0.0.1:\(port)/\(number)"))
                        }
                        if !keeps {
                            try await Task.sleep(for: pause)
                            task.cancel()
                        }
                        guard let answer = try? await task.value else { return keeps ? -1000 : 0 }
                        return answer.body.starts(with: Array("/\(number)/\(number)".utf8)) ? (keeps ? 1 : 0) : -1000
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(kept == 100)
            client.close()
            try await eventually("every connection closing") { opened.value == closed.value }
        }
    }

    @Test("Dropping a response without reading its body ends the transfer")
    func dropping() async throws {
        let closed = Counter()
        try await withServer { connection in
            _ = try await connection.request()
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx")
            await connection.waitForClose()
            closed.add()
        } _: { port async throws in
            let status = try await client.execute(HTTPRequest(.get, "http://127.0.0.1:\(port)/")).status
            #expect(status == 200)
            try await eventually("the server seeing the connection close") { closed.value == 1 }
        }
    }

    @Test("A response body outlives the client's variable")
    func lifetime() async throws {
        try await withServer { connection in
            while try await connection.request() != nil { try await connection.respond("200 OK", body: "still here") }
        } _: { port async throws in
            let response = try await HTTPClient().execute(HTTPRequest(.get, "http://127.0.0.1:\(port)/"))
            #expect(try await response.body.collect(limit: 100) == Array("still here".utf8))
        }
    }

    @Test("Closing the client ends what runs and refuses what comes")
    func closing() async throws {
        let arrived = Counter()
        try await withServer { connection in
            _ = try await connection.request()
            arrived.add()
            await connection.waitForClose()
        } _: { port async throws in
            let client = HTTPClient()
            let request = HTTPRequest(.get, "http://127.0.0.1:\(port)/")
            async let first = fault { _ = try await client.collect(request) }
            try await eventually("the request arriving") { arrived.value == 1 }
            client.close()
            #expect(try await first.code == .cancelled)
            #expect(try await fault { _ = try await client.collect(request) }.code == .cancelled)
        }
    }

    @Test("A deadline ends a slow response and says so; it covers the body too", arguments: [false, true])
    func deadline(_ inBody: Bool) async throws {
        try await withServer { connection in
            _ = try await connection.request()
            if inBody { try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx") }
            await connection.waitForClose()
        } _: { port async throws in
            let request = HTTPRequest(.get, "http://127.0.0.1:\(port)/", deadline: .milliseconds(150))
            let end = try await fault { _ = try await client.collect(request) }
            #expect(end.code == .timeout)
            #expect(end.location == "http://127.0.0.1:\(port)/")
        }
    }

    @Test("The idle time-out ends a silent transfer, not a slow one and not one whose reader waits")
    func idle() async throws {
        try await withServer { connection in
            while let request = try await connection.request() {
                switch request.target {
                case "/slow":
                    try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
                    for _ in 0..<10 {
                        try await Task.sleep(for: .milliseconds(200))
                        try await connection.write("x")
                    }
                case "/large":
                    try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(16 << 20)\r\n\r\n")
                    try await connection.write([UInt8](repeating: 0, count: 16 << 20))
                default:
                    await connection.waitForClose()
                }
            }
        } _: { port async throws in
            let base = "http://127.0.0.1:\(port)"
            let limit = Duration.milliseconds(1500)
            let silent = try await fault {
                _ = try await client.collect(HTTPRequest(.get, base + "/silent", idleTimeout: limit))
            }
            #expect(silent.code == .timeout)
            let slow = try await client.collect(HTTPRequest(.get, base + "/slow", idleTimeout: limit))
            #expect(slow.body.count == 10)
            let large = try await client.execute(HTTPRequest(.get, base + "/large", idleTimeout: limit))
            var iterator = large.body.makeAsyncIterator()
            var count = try #require(await iterator.next()).count
            try await Task.sleep(for: .milliseconds(2000))
            while let chunk = try await iterator.next() { count += chunk.count }
            #expect(count == 16 << 20)
        }
    }

    @Test("A header larger than allowed ends the transfer, and so does a body larger than asked for")
    func limits() async throws {
        let client = HTTPClient(configuration: .init(headerLimit: 2000))
        try await withServer { connection in
            while let request = try await connection.request() {
                let padding = request.target == "/header" ? "X-Pad: \(String(repeating: "p", count: 3000))" : "X: y"
                try await connection.respond("200 OK", [padding], body: String(repeating: "b", count: 100))
            }
        } _: { port async throws in
            let base = "http://127.0.0.1:\(port)"
            #expect(
                try await fault { _ = try await client.collect(HTTPRequest(.get, base + "/header")) }.code == .corrupted
            )
            let body = try await fault { _ = try await client.collect(HTTPRequest(.get, base + "/body"), limit: 99) }
            #expect(body.code == .corrupted)
            #expect(try await client.collect(HTTPRequest(.get, base + "/body"), limit: 100).body.count == 100)
        }
    }

    @Test("What cannot be reached, breaks off or is not HTTP is told apart")
    func failures() async throws {
        let free = try await withServer({ _ in }, { $0 })
        let refused = try await fault { _ = try await client.collect(HTTPRequest(.get, "http://127.0.0.1:\(free)/")) }
        #expect(refused.code == .unreachable)
        let unknown = try await fault {
            _ = try await client.collect(HTTPRequest(.get, "http://no-such-host.invalid/"))
        }
        #expect(unknown.code == .unreachable)
        try await withServer { connection in
            let request = try await connection.request()
            if request?.target == "/cut" {
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            } else if request?.target == "/noise" {
                try await connection.write("SSH-2.0-OpenSSH_9.2\r\n")
            }
            try await connection.close()
        } _: { port async throws in
            let base = "http://127.0.0.1:\(port)"
            #expect(
                try await fault { _ = try await client.collect(HTTPRequest(.get, base + "/cut")) }.code == .unreachable)
            #expect(
                try await fault { _ = try await client.collect(HTTPRequest(.get, base + "/none")) }.code == .unreachable
            )
            let noise = try await fault { _ = try await client.collect(HTTPRequest(.get, base + "/noise")) }
            #expect(noise.code == .corrupted)
        }
    }

    @Test("A body source that fails ends the request with its own fault")
    func failingSource() async throws {
        try await withServer { connection in
            _ = try await connection.request()
            await connection.waitForClose()
        } _: { port async throws in
            let source = AsyncThrowingStream<[UInt8], any Error> { continuation in
                continuation.yield([1, 2, 3])
                continuation.finish(throwing: Fault(.corrupted, "the disk is broken"))
            }
            let end = try await fault {
                _ = try await client.collect(HTTPRequest(.put, "http://127.0.0.1:\(port)/", body: .stream(source)))
            }
            #expect(end.code == .corrupted)
            #expect(end.what == "the disk is broken")
        }
    }
}

/// The same block for ever.
private struct Endless: AsyncSequence, Sendable {
    let block: [UInt8]
    let produced: Counter

    func makeAsyncIterator() -> Iterator { Iterator(sequence: self) }

    struct Iterator: AsyncIteratorProtocol {
        let sequence: Endless

        mutating func next() async -> [UInt8]? {
            guard !Task.isCancelled else { return nil }
            sequence.produced.add()
            return sequence.block
        }
    }
}
