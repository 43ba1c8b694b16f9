import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2
import NIOSSL

/// TLS, and above it HTTP/1.1 or HTTP/2 as the client asks by ALPN.
///
/// Unlike Hummingbird's own channel it does not give up a connection over reset streams.
struct APIProtocols: Sendable {
    private typealias Stream = HTTP1Channel.Value
    fileprivate typealias Negotiated = NIONegotiatedHTTPVersion<
        HTTP1Channel.Value, NIOHTTP2Handler.AsyncStreamMultiplexer<HTTP1Channel.Value>
    >

    /// A connection whose protocol is known when the TLS handshake is done.
    struct Connection: Sendable {
        fileprivate let negotiated: EventLoopFuture<Negotiated>
    }

    /// Serves the requests of a stream, whichever protocol carries it.
    private let http1: HTTP1Channel
    private let tls: NIOSSLContext

    init(tls configuration: TLSConfiguration, responder: @escaping HTTPChannelHandler.Responder) throws {
        var configuration = configuration
        configuration.applicationProtocols = NIOHTTP2SupportedALPNProtocols
        tls = try NIOSSLContext(configuration: configuration)
        http1 = HTTP1Channel(responder: responder)
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection> {
        do {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return channel.configureHTTP2AsyncSecureUpgrade(
            http1ConnectionInitializer: { http1.setup(channel: $0, logger: logger) },
            http2ConnectionInitializer: { connection in
                connection.configureAsyncHTTP2Pipeline(
                    mode: .server,
                    configuration: NIOHTTP2Handler.Configuration(connection: .init(), stream: .patient)
                ) { stream in
                    stream.eventLoop.makeCompletedFuture {
                        try stream.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTPServerCodec())
                        return try Stream(wrappingChannelSynchronously: stream)
                    }
                }
            }
        ).map { Connection(negotiated: $0) }
    }

    /// Serves a connection until it ends.
    func handle(_ connection: Connection, logger: Logger) async {
        guard let negotiated = try? await connection.negotiated.get() else { return }
        switch negotiated {
        case .http1_1(let channel): await http1.handle(value: channel, logger: logger)
        case .http2(let streams):
            try? await withThrowingDiscardingTaskGroup { group in
                for try await stream in streams.inbound {
                    group.addTask { await http1.handle(value: stream, logger: logger) }
                }
            }
        }
    }
}
