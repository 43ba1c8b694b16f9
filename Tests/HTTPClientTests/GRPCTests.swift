import Core
import PKI
import Testing

@testable import HTTPClient

@Suite("gRPC calls")
struct GRPCTests {
    let client = HTTPClient()

    private func channel(_ port: Int) -> GRPCChannel {
        GRPCChannel(http: client, host: "127.0.0.1", port: port, security: .plaintext, metadata: ["x-always": "1"])
    }

    private static let head = [("content-type", "application/grpc+proto")]

    /// What the server said in place of success.
    private func status(_ work: () async throws -> Void) async throws -> GRPCStatus {
        do {
            try await work()
        } catch let status as GRPCStatus {
            return status
        }
        try #require(Bool(false), "the call went well")
        return GRPCStatus(.ok)
    }

    @Test("A unary call sends its path, framing, metadata and deadline, and brings the message back")
    func unary() async throws {
        let seen = Recorder<[String: String]>()
        try await withStreamServer { stream in
            seen.append(Dictionary(stream.fields, uniquingKeysWith: { $1 }))
            let body = try await stream.body()
            #expect(Array(body.prefix(5)) == [0, 0, 0, 0, 3])
            try await stream.respond(200, Self.head)
            try await stream.send(GRPCFrame.encode(body.dropFirst(5).reversed()))
            try await stream.trailers([("grpc-status", "0")])
        } _: { port async throws in
            let answer = try await channel(port).unary(
                "/pkg.Service/Method", [1, 2, 3], metadata: ["node": "10.0.0.5"], deadline: .seconds(7))
            #expect(answer == [3, 2, 1])
        }
        let headers = try #require(seen.all.first)
        #expect(headers[":path"] == "/pkg.Service/Method")
        #expect(headers[":method"] == "POST")
        #expect(headers["content-type"] == "application/grpc")
        #expect(headers["te"] == "trailers")
        #expect(headers["grpc-timeout"] == "7000m")
        #expect(headers["x-always"] == "1")
        #expect(headers["node"] == "10.0.0.5")
    }

    @Test("A call over mutual TLS with Ed25519 reaches the server")
    func mutualTLS() async throws {
        let pki = try TestPKI()
        try await withStreamServer(tls: pki.context(requiringClients: true, protocols: ["h2"])) { stream in
            _ = try await stream.body()
            try await stream.respond(200, Self.head)
            try await stream.send(GRPCFrame.encode([9]))
            try await stream.trailers([("grpc-status", "0")])
        } _: { port async throws in
            defer { client.close() }
            let tls = TLSSettings(trust: pki.trust, identity: try pki.client("admin"))
            let channel = GRPCChannel(http: client, host: "127.0.0.1", port: port, security: .tls(tls))
            for _ in 0..<3 {
                #expect(try await channel.unary("/a.B/C", [], deadline: .seconds(10), freshConnection: true) == [9])
                #expect(try await channel.unary("/a.B/C", [], deadline: .seconds(10)) == [9])
            }
        }
    }

    @Test("A refusal brings code, message and details, in trailers or in place of them", arguments: [true, false])
    func refusal(_ trailersOnly: Bool) async throws {
        let details = noise(20)
        let fields = [
            ("grpc-status", "9"), ("grpc-message", "time is not in sync%20yet %e2%82%ac 100%"),
            ("grpc-status-details-bin", Base64.encode(details, padding: false)),
        ]
        try await withStreamServer { stream in
            _ = try await stream.body()
            if trailersOnly { return try await stream.respond(200, Self.head + fields, end: true) }
            try await stream.respond(200, Self.head)
            try await stream.trailers(fields)
        } _: { port async throws in
            let refusal = try await status { _ = try await channel(port).unary("/a.B/C", [], deadline: .seconds(10)) }
            #expect(refusal == GRPCStatus(.failedPrecondition, "time is not in sync yet € 100%", details: details))
        }
    }

    @Test("A status may come after the message, and still counts")
    func lateRefusal() async throws {
        try await withStreamServer { stream in
            _ = try await stream.body()
            try await stream.respond(200, Self.head)
            try await stream.send(GRPCFrame.encode([1]))
            try await stream.trailers([("grpc-status", "13"), ("grpc-message", "too late")])
        } _: { port async throws in
            let refusal = try await status { _ = try await channel(port).unary("/a.B/C", [], deadline: .seconds(10)) }
            #expect(refusal == GRPCStatus(.internal, "too late"))
        }
    }

    @Test(
        "An answer that is not gRPC has the status of the HTTP mapping",
        arguments: [
            (400, GRPCStatus.Code.internal), (401, .unauthenticated), (403, .permissionDenied), (404, .unimplemented),
            (429, .unavailable), (502, .unavailable), (503, .unavailable), (504, .unavailable), (500, .unknown),
            (200, .unknown),
        ])
    func notGRPC(_ http: Int, _ code: GRPCStatus.Code) async throws {
        try await withStreamServer { stream in
            _ = try await stream.body()
            try await stream.respond(http, [("content-type", "text/html")])
            try await stream.send(Array("<html>".utf8), end: true)
        } _: { port async throws in
            let refusal = try await status { _ = try await channel(port).unary("/a.B/C", [], deadline: .seconds(10)) }
            #expect(refusal.code == code)
        }
    }

    @Test("A stream brings its messages in order, whatever the frames, and ends with success")
    func stream() async throws {
        try await withStreamServer { stream in
            _ = try await stream.body()
            try await stream.respond(200, Self.head)
            let all = (0..<300).flatMap { GRPCFrame.encode(noise($0 * 7, seed: UInt64($0))) }
            var generator = SplitMix(state: 5)
            var rest = all[...]
            while !rest.isEmpty {
                let count = min(rest.count, Int.random(in: 1...5000, using: &generator))
                try await stream.send(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            try await stream.trailers([("grpc-status", "0"), ("x-after", "all")])
        } _: { port async throws in
            let stream = try await channel(port).serverStream("/a.B/C", [])
            var count = 0
            for try await message in stream {
                #expect(message == noise(count * 7, seed: UInt64(count)))
                count += 1
            }
            #expect(count == 300)
            #expect(stream.trailers["x-after"] == "all")
        }
    }

    @Test("A stream whose reader leaves is ended on the server, and so is one whose task is cancelled")
    func leavingStreams() async throws {
        let closed = Counter()
        try await withStreamServer { stream in
            _ = try await stream.body()
            try await stream.respond(200, Self.head)
            try await stream.send(GRPCFrame.encode([1]))
            await stream.waitForClose()
            closed.add()
        } _: { port async throws in
            for try await message in try await channel(port).serverStream("/a.B/C", []) {
                #expect(message == [1])
                break
            }
            try await eventually("the first stream closing") { closed.value == 1 }
            let first = Counter()
            let task = Task {
                try await fault {
                    for try await _ in try await channel(port).serverStream("/a.B/C", []) { first.add() }
                }
            }
            try await eventually("the message arriving") { first.value == 1 }
            task.cancel()
            #expect(try await task.value.code == .cancelled)
            try await eventually("the second stream closing") { closed.value == 2 }
        }
    }

    @Test("Many messages go up as the server takes them, and one comes back")
    func clientStream() async throws {
        try await withStreamServer { stream in
            var decoder = GRPCFrameDecoder()
            var (count, bytes) = (0, 0)
            while let data = try await stream.data() {
                decoder.append(data)
                while let message = try decoder.next() {
                    count += 1
                    bytes += message.count
                }
            }
            try await stream.respond(200, Self.head)
            try await stream.send(GRPCFrame.encode(Array("\(count) \(bytes)".utf8)))
            try await stream.trailers([("grpc-status", "0")])
        } _: { port async throws in
            let messages = AsyncStream<[UInt8]> { continuation in
                for number in 0..<200 { continuation.yield(noise(number * 100)) }
                continuation.finish()
            }
            let answer = try await channel(port).clientStream("/a.B/C", messages, deadline: .seconds(20))
            #expect(String(decoding: answer, as: UTF8.self) == "200 1990000")
        }
    }

    @Test("A server that refuses a client stream ends it, though there could be more to send")
    func refusedClientStream() async throws {
        try await withStreamServer { stream in
            _ = try await stream.data()
            try await stream.respond(200, Self.head + [("grpc-status", "7"), ("grpc-message", "no")], end: true)
            await stream.waitForClose()
        } _: { port async throws in
            let messages = AsyncStream<[UInt8]>.makeStream()
            messages.continuation.yield([1])
            let refusal = try await status {
                _ = try await channel(port).clientStream("/a.B/C", messages.stream, deadline: .seconds(20))
            }
            #expect(refusal == GRPCStatus(.permissionDenied, "no"))
        }
    }

    @Test("A deadline ends a call that the server does not answer")
    func deadline() async throws {
        try await withStreamServer {
            await $0.waitForClose()
        } _: { port async throws in
            let end = try await fault { _ = try await channel(port).unary("/a.B/C", [], deadline: .milliseconds(200)) }
            #expect(end.code == .timeout)
        }
    }

    @Test("A stream that breaks off, is reset or has no status is no success")
    func broken() async throws {
        try await withStreamServer { stream in
            _ = try await stream.body()
            try await stream.respond(200, Self.head)
            switch stream[":path"] {
            case "/reset": try await stream.reset()
            case "/partial":
                try await stream.send([0, 0, 0, 0, 9, 1])
                try await stream.trailers([("grpc-status", "0")])
            case "/empty": try await stream.trailers([("grpc-status", "0")])
            default: try await stream.send(GRPCFrame.encode([1]), end: true)
            }
        } _: { port async throws in
            let channel = channel(port)
            let reset = try await fault { _ = try await channel.unary("/reset", [], deadline: .seconds(10)) }
            #expect(reset.code == .unreachable)
            let partial = try await fault { _ = try await channel.unary("/partial", [], deadline: .seconds(10)) }
            #expect(partial.code == .corrupted)
            let none = try await fault { _ = try await channel.unary("/none", [], deadline: .seconds(10)) }
            #expect(none.code == .unreachable)
            let empty = try await status { _ = try await channel.unary("/empty", [], deadline: .seconds(10)) }
            #expect(empty.code == .internal)
        }
    }
}
