import Core
import Testing

@testable import HTTPClient

@Suite("Retries")
struct RetryTests {
    let client = HTTPClient(configuration: .init(jitter: { 0 }))
    let policy = RetryPolicy(attempts: 4, base: .milliseconds(2), maximum: .milliseconds(10))

    @Test("An idempotent request is repeated until it is answered, another one is not", arguments: [true, false])
    func statuses(_ idempotent: Bool) async throws {
        let count = Counter()
        try await withServer { connection in
            while try await connection.request() != nil {
                let number = count.add()
                try await connection.respond(number < 3 ? "503 Service Unavailable" : "200 OK", body: "\(number)")
            }
        } _: { port async throws in
            let request = HTTPRequest(idempotent ? .get : .post, "http://127.0.0.1:\(port)/", retry: policy)
            let answer = try await client.collect(request)
            #expect(answer.head.status == (idempotent ? 200 : 503))
            #expect(count.value == (idempotent ? 3 : 1))
        }
    }

    @Test("The last answer is returned when the attempts are used up")
    func exhausted() async throws {
        let count = Counter()
        try await withServer { connection in
            while try await connection.request() != nil {
                count.add()
                try await connection.respond("502 Bad Gateway", body: "still down")
            }
        } _: { port async throws in
            let answer = try await client.collect(HTTPRequest(.get, "http://127.0.0.1:\(port)/", retry: policy))
            #expect(answer.head.status == 502)
            #expect(answer.body == Array("still down".utf8))
            #expect(count.value == 4)
        }
    }

    @Test("A connection that breaks is retried where that is harmless", arguments: [HTTPMethod.get, .put, .post])
    func broken(_ method: HTTPMethod) async throws {
        let count = Counter()
        try await withServer { connection in
            while try await connection.request() != nil {
                if count.add() < 3 { return try await connection.close() }
                try await connection.respond("200 OK")
            }
        } _: { port async throws in
            var request = HTTPRequest(method, "http://127.0.0.1:\(port)/", retry: policy)
            if method != .get { request.body = .bytes([1]) }
            if method == .post {
                #expect(try await fault { _ = try await client.collect(request) }.code == .unreachable)
                #expect(count.value == 1)
            } else {
                #expect(try await client.collect(request).head.status == 200)
                #expect(count.value == 3)
            }
        }
    }

    @Test("A request that is not idempotent is sent once, even when its connection had been used before")
    func reusedConnection() async throws {
        let seen = Recorder<String>()
        try await withServer { connection in
            while let request = try await connection.request() {
                seen.append("\(request.method) \(request.body.count)")
                if request.method == "POST" { return try await connection.close() }
                try await connection.respond("200 OK")
            }
        } _: { port async throws in
            let url = "http://127.0.0.1:\(port)/"
            _ = try await client.collect(HTTPRequest(.get, url))
            let post = HTTPRequest(.post, url, body: .bytes([1, 2, 3]), retry: policy)
            #expect(try await fault { _ = try await client.collect(post) }.code == .unreachable)
        }
        #expect(seen.all == ["GET 0", "POST 3"])
    }

    @Test("A Retry-After beyond the policy's patience makes the answer final; the deadline bounds all attempts")
    func patience() async throws {
        let count = Counter()
        try await withServer { connection in
            while let request = try await connection.request() {
                count.add()
                let after = request.target == "/long" ? "Retry-After: 3600" : "Retry-After: 1"
                try await connection.respond("429 Too Many Requests", [after])
            }
        } _: { port async throws in
            let base = "http://127.0.0.1:\(port)"
            let long = try await client.collect(HTTPRequest(.get, base + "/long", retry: policy))
            #expect(long.head.status == 429)
            #expect(count.value == 1)
            let bounded = HTTPRequest(.get, base + "/short", deadline: .milliseconds(500), retry: policy)
            #expect(try await client.collect(bounded).head.status == 429)
            #expect(count.value == 2)
        }
    }

    @Test("A Retry-After is waited for")
    func retryAfterIsKept() async throws {
        let count = Counter()
        try await withServer { connection in
            while try await connection.request() != nil {
                if count.add() == 1 {
                    try await connection.respond("503 Service Unavailable", ["Retry-After: 1"])
                } else {
                    try await connection.respond("200 OK")
                }
            }
        } _: { port async throws in
            let start = ContinuousClock.now
            let answer = try await client.collect(HTTPRequest(.get, "http://127.0.0.1:\(port)/", retry: policy))
            #expect(answer.head.status == 200)
            #expect(start.duration(to: .now) >= .seconds(1))
        }
    }

    @Test("Pauses double up to their bound and spread over its upper half")
    func pauses() {
        let policy = RetryPolicy(attempts: 9, base: .milliseconds(100), maximum: .seconds(1))
        #expect(
            (1...6).map { policy.pause(after: $0, jitter: 1) }
                == [100, 200, 400, 800, 1000, 1000].map { .milliseconds($0) })
        #expect(
            (1...6).map { policy.pause(after: $0, jitter: 0) }
                == [50, 100, 200, 400, 500, 500].map { .milliseconds($0) })
        #expect(policy.pause(after: 500, jitter: 1) == .seconds(1))
    }

    @Test(
        "Retry-After is seconds or a date, and nothing else",
        arguments: [
            ("0", 0), ("120", 120), ("Sun, 06 Nov 1994 08:49:37 GMT", 37), ("Sun, 06 Nov 1994 08:48:00 GMT", 0),
            ("soon", nil), ("-1", nil), ("", nil), ("Sunday, 06-Nov-94 08:49:37 GMT", nil),
            ("99999999999999999999", nil),
        ] as [(String, Int?)])
    func retryAfterForms(_ text: String, _ seconds: Int?) throws {
        let now = try #require(Timestamp("1994-11-06T08:49:00Z"))
        #expect(retryAfter(text, now: now) == seconds.map { .seconds($0) })
    }
}
