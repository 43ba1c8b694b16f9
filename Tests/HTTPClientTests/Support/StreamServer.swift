import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL

/// One HTTP/2 stream of a peer, driven frame by frame by a test's script.
final class StreamConnection {
    /// The number of the connection, counted from 1 in the order of accepting.
    let connection: Int
    /// The request's pseudo-headers and headers.
    let fields: [(String, String)]
    private var inbound: NIOAsyncChannelInboundStream<HTTP2Frame.FramePayload>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<HTTP2Frame.FramePayload>
    private let channel: any Channel
    private var isEnded: Bool

    init?(
        connection: Int, inbound: NIOAsyncChannelInboundStream<HTTP2Frame.FramePayload>.AsyncIterator,
        outbound: NIOAsyncChannelOutboundWriter<HTTP2Frame.FramePayload>, channel: any Channel
    ) async throws {
        self.connection = connection
        self.inbound = inbound
        self.outbound = outbound
        self.channel = channel
        while true {
            guard let frame = try await self.inbound.next() else { return nil }
            if case .headers(let payload) = frame {
                fields = payload.headers.map { ($0.name, $0.value) }
                isEnded = payload.endStream
                return
            }
        }
    }

    subscript(name: String) -> String? { fields.first { $0.0 == name }?.1 }

    /// The bytes of the next DATA frame; nil at the end of the request.
    func data() async throws -> [UInt8]? {
        while !isEnded, let frame = try await inbound.next() {
            guard case .data(let payload) = frame, case .byteBuffer(let bytes) = payload.data else { continue }
            isEnded = payload.endStream
            return Array(bytes.readableBytesView)
        }
        return nil
    }

    /// All that is left of the request body.
    func body() async throws -> [UInt8] {
        var all: [UInt8] = []
        while let bytes = try await data() { all += bytes }
        return all
    }

    func respond(_ status: Int, _ fields: [(String, String)] = [], end: Bool = false) async throws {
        try await writeHeaders([(":status", "\(status)")] + fields, end: end)
    }

    func trailers(_ fields: [(String, String)]) async throws {
        try await writeHeaders(fields, end: true)
    }

    private func writeHeaders(_ fields: [(String, String)], end: Bool) async throws {
        let headers = HPACKHeaders(fields)
        try await outbound.write(.headers(.init(headers: headers, endStream: end)))
    }

    func send(_ bytes: [UInt8], end: Bool = false) async throws {
        try await outbound.write(.data(.init(data: .byteBuffer(ByteBuffer(bytes: bytes)), endStream: end)))
    }

    /// Breaks the stream off: as if the server had failed, or as one that wants no more of the request.
    func reset(failing: Bool = true) async throws {
        try await outbound.write(.rstStream(failing ? .internalError : .noError))
    }

    /// Returns when the client has ended or reset the stream for good.
    func waitForClose() async {
        try? await channel.closeFuture.get()
    }
}

/// Runs an HTTP/2 peer on 127.0.0.1, in clear text with prior knowledge or behind TLS, while the body runs.
func withStreamServer<Value: Sendable>(
    tls: NIOSSLContext? = nil,
    _ script: @escaping @Sendable (StreamConnection) async throws -> Void,
    _ body: @Sendable (Int) async throws -> Value
) async throws -> Value {
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .bind(host: "127.0.0.1", port: 0) { channel in
            channel.eventLoop.makeCompletedFuture {
                if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                return try channel.pipeline.syncOperations.configureAsyncHTTP2Pipeline(mode: .server) { stream in
                    stream.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<HTTP2Frame.FramePayload, HTTP2Frame.FramePayload>(
                            wrappingChannelSynchronously: stream)
                    }
                }
            }
        }
    let port = server.channel.localAddress?.port ?? 0
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            try await withThrowingDiscardingTaskGroup { streams in
                try await server.executeThenClose { connections in
                    var count = 0
                    for try await multiplexer in connections {
                        count += 1
                        let number = count
                        streams.addTask {
                            try? await withThrowingDiscardingTaskGroup { group in
                                for try await stream in multiplexer.inbound {
                                    group.addTask { try? await drive(stream, number, script) }
                                }
                            }
                        }
                    }
                }
            }
        }
        let value = try await body(port)
        group.cancelAll()
        try? await server.channel.close()
        return value
    }
}

private func drive(
    _ stream: NIOAsyncChannel<HTTP2Frame.FramePayload, HTTP2Frame.FramePayload>, _ connection: Int,
    _ script: @Sendable (StreamConnection) async throws -> Void
) async throws {
    try await stream.executeThenClose { inbound, outbound in
        let connection = try await StreamConnection(
            connection: connection, inbound: inbound.makeAsyncIterator(), outbound: outbound, channel: stream.channel)
        if let connection { try await script(connection) }
    }
}
