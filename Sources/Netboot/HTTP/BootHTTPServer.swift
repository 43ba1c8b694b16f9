import Core
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The HTTP server for scripts, boot files, assets and machine configs.
struct BootHTTPServer: Sendable {
    /// A bound socket and the connections that it accepts.
    struct Listener: Sendable {
        let channel: any Channel
        let connections: AsyncStream<Connection>
    }

    struct Connection: Sendable {
        let channel: any Channel
        let requests: AsyncStream<HTTPRequestHead>
    }

    /// Connections at a time; more are closed at once, and clients try again.
    private static let connectionLimit = 8192

    let routes: BootRoutes
    let policy: any BootPolicy
    let events: NetbootEvents

    static func bind(_ endpoint: NetbootConfiguration.Endpoint, group: any EventLoopGroup) async throws -> Listener {
        let (connections, accepted) = AsyncStream<Connection>.makeStream()
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            // The port is free at once after a crash; two servers still cannot share it.
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try Binding.closeOnExec(channel) }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Binding.closeOnExec(channel)
                    let (requests, sink) = AsyncStream<HTTPRequestHead>.makeStream()
                    // Whoever stops reading the requests ends the connection.
                    sink.onTermination = { _ in channel.close(promise: nil) }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandlers(
                        HTTPDeadlines(), HTTPRequestHandler(requests: sink))
                    accepted.yield(Connection(channel: channel, requests: requests))
                }
            }
            .bind(host: endpoint.host.description, port: endpoint.port).get()
        channel.closeFuture.whenComplete { _ in accepted.finish() }
        return Listener(channel: channel, connections: connections)
    }

    /// Accepts until the listener is closed or the task is cancelled.
    func run(_ listener: Listener) async {
        let open = ConnectionCount()
        await withDiscardingTaskGroup { group in
            for await connection in listener.connections {
                guard let address = connection.channel.remoteAddress.flatMap({ IPAddress($0) }),
                    open.value.load(ordering: .relaxed) < Self.connectionLimit
                else {
                    connection.channel.close(promise: nil)
                    continue
                }
                open.value.add(1, ordering: .relaxed)
                let server = HTTPConnection(
                    channel: connection.channel, address: address, routes: routes, policy: policy, events: events)
                group.addTask {
                    await server.run(connection.requests)
                    open.value.subtract(1, ordering: .relaxed)
                }
            }
            try? await listener.channel.close()
            group.cancelAll()
        }
    }
}

/// How many connections are open.
private final class ConnectionCount: Sendable {
    let value = Atomic<Int>(0)
}
