import Core
import NIOCore
import NIOHTTP2
import NIOPosix
import NIOSSL
import Synchronization

/// A gRPC server on one address: HTTP/2 over TLS, unary calls and server streams.
struct GRPCServer: Sendable {
    let eventLoops: any EventLoopGroup

    /// Serves until the task is cancelled, then closes every connection.
    ///
    /// - Parameters:
    ///   - ready: called once the port listens, with that port.
    /// - Throws: ``Fault`` `refused` when the port is taken.
    func serve(
        address: IPAddress, port: Int, tls: ServerTLS, service: any GRPCService,
        ready: @Sendable (Int) async -> Void = { _ in }
    ) async throws {
        let (calls, feed) = AsyncStream<(GRPCCall, GRPCReply)>.makeStream()
        let connections = Connections()
        let listener: any Channel
        do {
            listener = try await bind(address, port, tls, connections) { feed.yield(($0, $1)) }
        } catch {
            throw Fault(.refused, "cannot listen for a node's API", at: "\(address):\(port)", cause: error)
        }
        await ready(listener.localAddress?.port ?? port)
        await withDiscardingTaskGroup { group in
            for await (call, reply) in calls {
                group.addTask { await Self.run(call, reply, service) }
            }
            feed.finish()
            try? await listener.close()
            await connections.closeAll()
        }
    }

    /// The service's work ends when it is done or when the caller has gone.
    private static func run(_ call: GRPCCall, _ reply: GRPCReply, _ service: any GRPCService) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await service.answer(call, with: reply)
                    await reply.finish(nil)
                } catch let status as CallStatus {
                    await reply.finish(status)
                } catch is CancellationError {
                    await reply.finish(CallStatus(.unavailable, "transport is closing"))
                } catch {
                    await reply.finish(CallStatus(.unknown, "\(error)"))
                }
            }
            group.addTask { await reply.closed() }
            await group.next()
            group.cancelAll()
        }
    }

    private static func configure(
        _ stream: any Channel, _ deliver: @escaping @Sendable (GRPCCall, GRPCReply) -> Void
    ) -> EventLoopFuture<Void> {
        stream.eventLoop.makeCompletedFuture {
            let tls = try stream.parent?.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
            let peer = try tls?.peerCertificate?.toDERBytes()
            try stream.pipeline.syncOperations.addHandler(GRPCStreamHandler(certificate: peer, deliver: deliver))
        }
    }

    private func bind(
        _ address: IPAddress, _ port: Int, _ tls: ServerTLS, _ connections: Connections,
        deliver: @escaping @Sendable (GRPCCall, GRPCReply) -> Void
    ) async throws -> any Channel {
        try await ServerBootstrap(group: eventLoops)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 64)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { connection in
                connections.add(connection)
                return connection.eventLoop.makeCompletedFuture {
                    let pipeline = connection.pipeline.syncOperations
                    try pipeline.addHandler(tls.handler())
                    try pipeline.addHandler(
                        NIOHTTP2Handler(
                            mode: .server, eventLoop: connection.eventLoop, streamConfiguration: .patient
                        ) { stream in
                            Self.configure(stream, deliver)
                        })
                    try pipeline.addHandler(ConnectionErrors())
                }
            }
            .bind(host: address.description, port: port).get()
    }
}

/// The open connections of one server.
private final class Connections: Sendable {
    private let open = Mutex<[ObjectIdentifier: any Channel]>([:])

    func add(_ channel: any Channel) {
        let identifier = ObjectIdentifier(channel)
        open.withLock { $0[identifier] = channel }
        channel.closeFuture.whenComplete { [self] _ in
            open.withLock { $0[identifier] = nil }
        }
    }

    func closeAll() async {
        let channels = open.withLock { Array($0.values) }
        for channel in channels { channel.close(promise: nil) }
        for channel in channels { try? await channel.closeFuture.get() }
    }
}

/// A connection that breaks, or whose handshake fails, is closed without a word.
private final class ConnectionErrors: ChannelInboundHandler, Sendable {
    typealias InboundIn = HTTP2Frame

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
