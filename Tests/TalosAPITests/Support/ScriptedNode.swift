import Core
import HTTPClient
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL
import PKI
import Synchronization

@testable import TalosAPI

/// A node's API port that answers each method with what a test wrote down.
struct ScriptedNode: Sendable {
    /// What a method answers: messages, then a status.
    struct Answer: Sendable {
        var messages: [[UInt8]] = []
        var status = 0
        var text = ""
        /// Leaves the stream open after the messages.
        var staysOpen = false
    }

    struct Call: Sendable {
        var path: String
        var message: [UInt8]
        var connection: Int
    }

    var identity: Identity
    /// Whose clients are let in; nil asks for no certificate.
    var clients: Certificate?
    var answers: [String: Answer] = [:]

    /// Serves on 127.0.0.1 while the body runs.
    ///
    /// - Parameter body: is given the port and a way to see the calls so far.
    func run<Value: Sendable>(
        _ body: @Sendable (Int, @Sendable () -> [Call]) async throws -> Value
    ) async throws -> Value {
        let context = try context()
        let calls = CallLog()
        let answers = answers
        let connections = Atomic(0)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let number = connections.add(1, ordering: .relaxed).newValue
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    _ = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
                        mode: .server, connectionConfiguration: .init(), streamConfiguration: .init()
                    ) { stream in
                        stream.eventLoop.makeCompletedFuture {
                            let handler = AnsweringHandler(connection: number, answers: answers, calls: calls)
                            try stream.pipeline.syncOperations.addHandler(handler)
                        }
                    }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let value = try await body(listener.localAddress?.port ?? 0) { calls.all }
            try await listener.close()
            return value
        } catch {
            try await listener.close()
            throw error
        }
    }

    private func context() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(try NIOSSLCertificate(bytes: identity.certificate.der, format: .der))],
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(identity.key.pkcs8PEM.utf8), format: .pem)))
        configuration.applicationProtocols = ["h2"]
        if let clients {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates([try NIOSSLCertificate(bytes: clients.der, format: .der)])
            configuration.verifySignatureAlgorithms = [.ed25519]
        }
        return try NIOSSLContext(configuration: configuration)
    }
}

private final class CallLog: Sendable {
    private let state = Mutex<[ScriptedNode.Call]>([])

    var all: [ScriptedNode.Call] { state.withLock { $0 } }

    func append(_ call: ScriptedNode.Call) { state.withLock { $0.append(call) } }
}

/// Answers one stream from the script.
private final class AnsweringHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let connection: Int
    private let answers: [String: ScriptedNode.Answer]
    private let calls: CallLog
    private var path = ""
    private var body: [UInt8] = []

    init(connection: Int, answers: [String: ScriptedNode.Answer], calls: CallLog) {
        self.connection = connection
        self.answers = answers
        self.calls = calls
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let payload):
            path = payload.headers.first(name: ":path") ?? ""
            if payload.endStream { answer(context) }
        case .data(let payload):
            if case .byteBuffer(let bytes) = payload.data { body += bytes.readableBytesView }
            if payload.endStream { answer(context) }
        default: break
        }
    }

    private func answer(_ context: ChannelHandlerContext) {
        calls.append(ScriptedNode.Call(path: path, message: Array(body.dropFirst(5)), connection: connection))
        let answer = answers[path] ?? ScriptedNode.Answer(status: 12, text: "unknown method")
        let head: HPACKHeaders = [":status": "200", "content-type": "application/grpc"]
        context.write(wrapOutboundOut(.headers(.init(headers: head))), promise: nil)
        for message in answer.messages {
            var frame = ByteBuffer()
            frame.writeInteger(UInt8(0))
            frame.writeInteger(UInt32(message.count))
            frame.writeBytes(message)
            context.write(wrapOutboundOut(.data(.init(data: .byteBuffer(frame)))), promise: nil)
        }
        if !answer.staysOpen {
            let trailers: HPACKHeaders = ["grpc-status": "\(answer.status)", "grpc-message": answer.text]
            context.write(wrapOutboundOut(.headers(.init(headers: trailers, endStream: true))), promise: nil)
        }
        context.flush()
    }
}

/// A cluster's Talos authority, and what nodes and administrators show.
struct Cluster: Sendable {
    let authority: CertificateAuthority

    init() throws {
        authority = try CertificateAuthority.create(.talos, clock: SystemWallClock())
    }

    func node(commonName: String = "node") throws -> Identity {
        try authority.issue(
            CertificateRequest(
                commonName: commonName, usage: .server, ipAddresses: [IPAddress(v4: 127, 0, 0, 1)],
                validity: .seconds(3600), backdate: .seconds(60)), clock: SystemWallClock())
    }

    func admin() throws -> Identity {
        try authority.issue(
            CertificateRequest(
                organizations: ["os:admin"], usage: .client, validity: .seconds(3600), backdate: .seconds(60)),
            clock: SystemWallClock())
    }

    func client(_ http: HTTPClient, _ port: Int) throws -> TalosClient {
        TalosClient(
            http: http, node: TalosEndpoint("127.0.0.1", port: port, name: "cp1"),
            access: .configured(caPEM: authority.certificate.pem, identity: try admin()))
    }
}

/// The fault that the work ends with; nil when it goes well.
func fault(_ work: () async throws -> Void) async throws -> Fault? {
    do {
        try await work()
        return nil
    } catch let fault as Fault {
        return fault
    }
}
