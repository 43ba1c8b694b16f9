import Core
import NIOCore
import NIOHTTP1
import NIOPosix
import PKI

/// The HTTP client of boot loaders and of early Talos: GET over a fresh connection from the machine's own address.
struct BootHTTPClient: Sendable {
    struct Answer: Sendable {
        let status: Int
        /// Seconds of Retry-After.
        let retryAfter: Int?
        let location: String?
        /// Empty when the body was only hashed.
        var body: [UInt8] = []
        var length = 0
        /// Lower-case hexadecimal.
        var sha256 = ""
    }

    let source: IPAddress
    let userAgent: String
    let eventLoops: any EventLoopGroup
    /// A transfer without a byte for this long is given up.
    let idle: Duration

    /// Gets a small body, following five redirects.
    ///
    /// - Throws: ``Fault`` `unreachable`, `timeout`, or `failed` for a body beyond the limit or cut short.
    func get(_ url: BootURL, limit: Int) async throws -> Answer {
        try await follow(url, keeping: true, limit: limit)
    }

    /// Reads a body of any size through a hash, keeping nothing.
    func digest(_ url: BootURL, limit: Int) async throws -> Answer {
        try await follow(url, keeping: false, limit: limit)
    }

    private func follow(_ url: BootURL, keeping: Bool, limit: Int) async throws -> Answer {
        var url = url
        for _ in 0..<6 {
            let answer = try await once(url, keeping: keeping, limit: limit)
            guard [301, 302, 303, 307, 308].contains(answer.status), let target = answer.location,
                let next = url.resolving(target)
            else { return answer }
            url = next
        }
        throw Fault(.failed, "too many redirects", at: url.description)
    }

    private func once(_ url: BootURL, keeping: Bool, limit: Int) async throws -> Answer {
        guard url.scheme == "http" else {
            throw Fault(.failed, "this machine's firmware has no \(url.scheme)", at: url.description)
        }
        let connection = try await connect(url)
        do {
            return try await exchange(url, connection, keeping: keeping, limit: limit)
        } catch let error where !(error is Fault) {
            try Task.checkCancellation()
            throw Fault(.unreachable, "the transfer broke off", at: url.description, cause: error)
        }
    }

    private func exchange(
        _ url: BootURL, _ connection: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>, keeping: Bool,
        limit: Int
    ) async throws -> Answer {
        try await connection.executeThenClose { inbound, outbound in
            try await outbound.write(.head(head(url)))
            try await outbound.write(.end(nil))
            var answer = Answer(status: 0, retryAfter: nil, location: nil)
            var hash = SHA256()
            for try await part in inbound {
                switch part {
                case .head(let head):
                    answer = Answer(
                        status: Int(head.status.code),
                        retryAfter: head.headers.first(name: "retry-after").flatMap(Int.init),
                        location: head.headers.first(name: "location"))
                case .body(let bytes):
                    answer.length += bytes.readableBytes
                    guard answer.length <= limit else {
                        throw Fault(.failed, "the answer is longer than \(limit) bytes", at: url.description)
                    }
                    bytes.withUnsafeReadableBytes { hash.update(raw: $0) }
                    if keeping { answer.body += bytes.readableBytesView }
                case .end:
                    answer.sha256 = hexadecimal(hash.finalize())
                    return answer
                }
            }
            throw Fault(.failed, "the connection was closed in the middle of the answer", at: url.description)
        }
    }

    private func connect(
        _ url: BootURL
    ) async throws -> NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart> {
        let patience = TimeAmount.nanoseconds(Int64(idle / .nanoseconds(1)))
        do {
            let local = try SocketAddress(ipAddress: source.description, port: 0)
            return try await ClientBootstrap(group: eventLoops)
                .bind(to: local)
                .connectTimeout(patience)
                .connect(host: url.host, port: url.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandlers(
                            IdleStateHandler(readTimeout: patience), IdleCloser())
                        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw Fault(.unreachable, "cannot connect", at: url.description, cause: error)
        }
    }

    private func head(_ url: BootURL) -> HTTPRequestHead {
        let headers: HTTPHeaders = [
            "Host": url.authority, "User-Agent": userAgent, "Connection": "close", "Accept": "*/*",
        ]
        return HTTPRequestHead(version: .http1_1, method: .GET, uri: url.target, headers: headers)
    }
}

private final class IdleCloser: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is IdleStateHandler.IdleStateEvent else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        context.fireErrorCaught(Fault(.timeout, "no byte has come for too long"))
        context.close(promise: nil)
    }
}
