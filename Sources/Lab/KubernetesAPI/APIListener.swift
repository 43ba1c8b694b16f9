import Core
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import PKI
import Synchronization

/// One TLS socket of the API server: HTTP/1.1 with keep-alive, HTTP/2 for clients that ask for it, client certificates
/// always.
struct APIListener: Sendable {
    let service: APIService
    let accessLog: AccessLog
    let node: String?
    let bookmarkInterval: Duration
    private let connections = OpenConnections()

    init(service: APIService, accessLog: AccessLog, node: String?, bookmarkInterval: Duration) {
        self.service = service
        self.accessLog = accessLog
        self.node = node
        self.bookmarkInterval = bookmarkInterval
    }

    /// Serves until the task is cancelled; then all connections are broken at once, as when a node loses power.
    ///
    /// - Throws: ``Fault`` `refused` when the address cannot be listened on.
    func run(
        address: String, port: Int, tls: TLSConfiguration, onListening: @Sendable (Int) async -> Void
    ) async throws {
        let logger = Logger(label: "lab-kubernetes") { _ in SwiftLogNoOpLogHandler() }
        let protocols = try APIProtocols(tls: tls) { request, writer, channel in
            try await respond(to: request, writer, channel)
        }
        let server = try await bind(address, port, protocols, logger)
        let registry = connections
        await onListening(server.channel.localAddress?.port ?? port)
        // Cancellation stays out here and closes the sockets. A cancelled handler would leave HTTP/2 streams that NIO has
        // just opened to nobody, which NIO answers with a trap.
        let work = Task {
            await withDiscardingTaskGroup { group in
                try? await server.executeThenClose { inbound in
                    for try await connection in inbound {
                        group.addTask { await protocols.handle(connection, logger: logger) }
                    }
                }
                registry.closeAll()
                try? await server.channel.closeFuture.get()
            }
        }
        await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            server.channel.close(promise: nil)
            registry.closeAll()
        }
    }

    private func bind(
        _ address: String, _ port: Int, _ protocols: APIProtocols, _ logger: Logger
    ) async throws -> NIOAsyncChannel<APIProtocols.Connection, Never> {
        let registry = connections
        do {
            return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.backlog, value: 512)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .bind(host: address, port: port) { channel in
                    registry.add(channel)
                    return protocols.setup(channel: channel, logger: logger)
                }
        } catch {
            throw Fault(.refused, "cannot listen for the Kubernetes API", at: "\(address):\(port)", cause: error)
        }
    }

    // MARK: Requests

    private func respond(
        to incoming: Request, _ writer: consuming ResponseWriter, _ channel: any Channel
    ) async throws {
        var request = APIRequest(method: incoming.method.rawValue, target: incoming.head.path ?? "/")
        request.accept = incoming.headers[values: .accept].joined(separator: ",")
        request.contentType = incoming.headers[.contentType]?.lowercased() ?? ""
        request.userAgent = incoming.headers[.userAgent] ?? ""
        request.ifNoneMatch = incoming.headers[.ifNoneMatch]
        request.peer = await connections.peer(of: channel)
        let body = try await RequestBodyReader.read(incoming.body)
        guard let bytes = body.bytes else {
            let refusal = APIResponse.failure(.tooLarge(limit: APIRequest.bodyLimit))
            record(request, refusal)
            try await send(refusal, to: request, writer)
            if !body.isDrained { throw APIError.tooLarge(limit: APIRequest.bodyLimit) }
            return
        }
        request.body = bytes
        let response = await service.answer(request)
        record(request, response)
        if case .watch(let stream) = response.body {
            try await watch(stream, writer, channel)
        } else {
            try await send(response, to: request, writer)
        }
    }

    private func record(_ request: APIRequest, _ response: APIResponse) {
        let isWatch = if case .watch = response.body { true } else { false }
        accessLog.record(
            service: "kubernetes", node: node, client: "\(request.userAgent) (\(request.peer.name))",
            call: "\(isWatch ? "WATCH" : request.method) \(request.path)", write: response.isWrite,
            status: String(response.status))
    }

    private func send(
        _ response: APIResponse, to request: APIRequest, _ writer: consuming ResponseWriter
    ) async throws {
        guard case .bytes(let bytes) = response.body else { return }
        var head = HTTPResponse(status: .init(code: response.status))
        head.headerFields[.contentType] = response.contentType
        head.headerFields[.contentLength] = String(bytes.readableBytes)
        head.headerFields[.cacheControl] = "no-cache, private"
        head.headerFields[.eTag] = response.etag
        for warning in response.warnings.prefix(20) {
            let text = warning.filter { $0.isASCII && $0 != "\"" && $0 != "\\" && !$0.isNewline }
            guard let name = HTTPField.Name("Warning") else { break }
            head.headerFields.append(HTTPField(name: name, value: "299 - \"\(text)\""))
        }
        let hasBody = request.method != "HEAD" && response.status != 304
        try await writer.write(response: head, body: hasBody ? ResponseBody(byteBuffer: bytes) : ResponseBody())
    }

    // MARK: Watches

    private func watch(
        _ stream: WatchStream, _ writer: consuming ResponseWriter, _ channel: any Channel
    ) async throws {
        var head = HTTPResponse(status: .ok)
        head.headerFields[.contentType] = "application/json"
        head.headerFields[.cacheControl] = "no-cache, private"
        var body = try await writer.writeHead(head)
        let (signals, continuation) = AsyncStream.makeStream(of: WatchSignal.self, bufferingPolicy: .bufferingNewest(1))
        let interval = TimeAmount(bookmarkInterval)
        let timer = channel.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            continuation.yield(.bookmark)
        }
        let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(stream.timeout)) { continuation.finish() }
        channel.closeFuture.whenComplete { _ in continuation.finish() }
        let id = await stream.store.subscribe(stream.kind.storageName, continuation)
        let result: Result<Void, any Error>
        do {
            try await stream.run(signals: signals) { try await body.write($0) }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        timer.cancel()
        deadline.cancel()
        await stream.store.unsubscribe(stream.kind.storageName, id)
        try result.get()
        try await body.finish(nil)
    }
}
