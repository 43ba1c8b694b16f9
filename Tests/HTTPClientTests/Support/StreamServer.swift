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
    private let channel: any Channel
    private var isEnded: Bool

    init?(
        connection: Int, inbound: NIOAsyncChannelInboundStream<HTTP2Frame.FramePayload>.AsyncIterator,
        channel: any Channel
    ) async throws {
        self.connection = connection
        self.inbound = inbound
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
        try await write(.headers(.init(headers: HPACKHeaders(fields), endStream: end)))
    }

    func send(_ bytes: [UInt8], end: Bool = false) async throws {
        try await write(.data(.init(data: .byteBuffer(ByteBuffer(bytes: bytes)), endStream: end)))
    }

    /// Breaks the stream off: as if the server had failed, or as one that wants no more of the request.
    func reset(failing: Bool = true) async throws {
        try await write(.rstStream(failing ? .internalError : .noError))
    }

    /// Returns when the connection's flow control and the system have taken the frame.
    private func write(_ frame: HTTP2Frame.FramePayload) async throws {
        try await channel.writeAndFlush(frame).get()
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
    let (tasks, count) = (TaskBag(), Counter())
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                let number = count.add()
                _ = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
                    mode: .server, connectionConfiguration: .init(), streamConfiguration: .init()
                ) { stream in
                    stream.eventLoop.makeCompletedFuture {
                        let wrapped = try StreamChannel(wrappingChannelSynchronously: stream)
                        tasks.run { try? await drive(wrapped, number, script) }
                    }
                }
            }
        }
    return try await tasks.serve(bootstrap, body)
}

private typealias StreamChannel = NIOAsyncChannel<HTTP2Frame.FramePayload, HTTP2Frame.FramePayload>

private func drive(
    _ stream: StreamChannel, _ connection: Int, _ script: @Sendable (StreamConnection) async throws -> Void
) async throws {
    try await stream.executeThenClose { inbound, _ in
        let connection = try await StreamConnection(
            connection: connection, inbound: inbound.makeAsyncIterator(), channel: stream.channel)
        if let connection { try await script(connection) }
    }
}
