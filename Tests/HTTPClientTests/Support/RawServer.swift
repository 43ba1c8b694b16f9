import NIOCore
import NIOPosix
import NIOSSL
import PKI

/// One connection of a raw HTTP/1.1 peer, driven line by line by a test's script.
final class RawConnection {
    struct Request {
        var method = ""
        var target = ""
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []

        subscript(name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
    }

    /// Counted from 1 in the order of accepting.
    let number: Int
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let channel: any Channel
    private var buffer: [UInt8] = []

    init(
        number: Int, inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator, channel: any Channel
    ) {
        self.number = number
        self.inbound = inbound
        self.channel = channel
    }

    /// The next request with its whole body; nil when the client has closed.
    func request() async throws -> Request? {
        guard var request = try await requestHead() else { return nil }
        if let length = request["content-length"].flatMap({ Int($0) }) {
            while buffer.count < length { guard try await fill() else { return nil } }
            request.body = Array(buffer[..<length])
            buffer.removeFirst(length)
        } else if request["transfer-encoding"] == "chunked" {
            while let chunk = try await chunk(), !chunk.isEmpty { request.body += chunk }
        }
        return request
    }

    /// The next request without its body.
    func requestHead() async throws -> Request? {
        guard let first = try await line() else { return nil }
        let parts = first.split(separator: " ")
        var request = Request(method: String(parts[0]), target: String(parts[1]))
        while let line = try await line(), !line.isEmpty {
            let field = line.split(separator: ":", maxSplits: 1)
            request.headers.append((String(field[0]), field.count > 1 ? String(field[1].drop { $0 == " " }) : ""))
        }
        return request
    }

    private func chunk() async throws -> [UInt8]? {
        guard let line = try await line(), let size = Int(line, radix: 16) else { return nil }
        while buffer.count < size + 2 { guard try await fill() else { return nil } }
        defer { buffer.removeFirst(size + 2) }
        return Array(buffer[..<size])
    }

    private func line() async throws -> String? {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                defer { buffer.removeFirst(end + 1) }
                return String(decoding: buffer[..<end].filter { $0 != 0x0D }, as: UTF8.self)
            }
            guard try await fill() else { return nil }
        }
    }

    private func fill() async throws -> Bool {
        guard let more = try await inbound.next() else { return false }
        buffer.append(contentsOf: more.readableBytesView)
        return true
    }

    /// Returns when the system has taken the bytes.
    func write(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    func write(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    /// A complete response.
    func respond(_ status: String, _ headers: [String] = [], body: String = "") async throws {
        let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
        try await write(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// The common name in the client's certificate, once there was a handshake.
    func clientName() async throws -> String? {
        guard let certificate = try await channel.nioSSL_peerCertificate().get() else { return nil }
        return try Certificate(der: certificate.toDERBytes()).subject.commonName
    }

    /// Cuts the connection.
    func close() async throws {
        try await channel.close()
    }

    /// Returns when the client has closed or reset the connection.
    func waitForClose() async {
        do {
            while try await fill() {}
        } catch {
            return
        }
    }
}

/// Runs a raw peer on 127.0.0.1 while the body runs. The script sees every connection.
func withServer<Value: Sendable>(
    tls: NIOSSLContext? = nil,
    _ script: @escaping @Sendable (RawConnection) async throws -> Void,
    _ body: @Sendable (Int) async throws -> Value
) async throws -> Value {
    let (tasks, count) = (TaskBag(), Counter())
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                let wrapped = try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                let number = count.add()
                tasks.run { try? await drive(wrapped, number, script) }
            }
        }
    return try await tasks.serve(bootstrap, body)
}

private func drive(
    _ channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>, _ number: Int,
    _ script: @Sendable (RawConnection) async throws -> Void
) async throws {
    try await channel.executeThenClose { inbound, _ in
        let connection = RawConnection(
            number: number, inbound: inbound.makeAsyncIterator(), channel: channel.channel)
        try await script(connection)
    }
}
