import Core
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
package import OCI
import Synchronization

/// A read-only OCI registry (distribution specification 1.1) that serves what it was given, from memory.
package final class LabRegistry: Sendable {
    /// One request and how it ended.
    package struct Access: Sendable, Hashable {
        package let method: String
        /// Without the query.
        package let path: String
        package let status: Int
        /// The user agent.
        package let client: String
    }

    private let content = Mutex(RegistryContent())

    package init() {}

    /// Adds an artifact under its digest and its tags; a tag that exists moves.
    package func add(_ artifact: FluxArtifact, repository: String, tags: [String] = []) {
        content.withLock { $0.add(artifact, repository: repository, tags: tags) }
    }

    /// Serves plain HTTP until the task is cancelled.
    ///
    /// - Parameters:
    ///   - port: 0 lets the system choose.
    ///   - onListening: is told the port once connections are accepted.
    ///   - record: is told each request before its answer leaves.
    /// - Throws: ``Fault`` `refused` when the address cannot be listened on.
    package func serve(
        address: String, port: Int, onListening: @escaping @Sendable (Int) async -> Void = { _ in },
        record: @escaping @Sendable (Access) -> Void = { _ in }
    ) async throws {
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in self.respond(to: request, record) },
            configuration: ApplicationConfiguration(
                address: .hostname(address, port: port), serverName: "lab-registry", reuseAddress: true),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) },
            logger: Logger(label: "lab-registry") { _ in SwiftLogNoOpLogHandler() })
        do {
            try await application.run()
        } catch let error where !Task.isCancelled {
            throw Fault(.refused, "cannot serve the registry", at: "\(address):\(port)", cause: error)
        }
        try Task.checkCancellation()
    }

    private func respond(to request: Request, _ record: (Access) -> Void) -> Response {
        let path = request.uri.path
        let answer = content.withLock { $0.answer(request.method.rawValue, path) }
        let client = request.headers[.userAgent] ?? ""
        record(Access(method: request.method.rawValue, path: path, status: answer.status, client: client))
        var headers = HTTPFields()
        headers[.contentType] = answer.type
        headers[.contentLength] = String(answer.body.count)
        for (name, value) in [
            ("Docker-Distribution-API-Version", "registry/2.0"), ("Docker-Content-Digest", answer.digest),
        ] {
            if let value, let field = HTTPField.Name(name) { headers[field] = value }
        }
        let status = HTTPResponse.Status(code: answer.status)
        guard request.method != .head else { return Response(status: status, headers: headers) }
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }
}
