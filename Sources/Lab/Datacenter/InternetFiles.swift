import Core
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import PKI

/// What a real datacenter would fetch from the internet, by host and path, over plain HTTP: the mirror of the lab.
struct InternetFiles: Sendable {
    /// One file, ready to be sent.
    struct File: Sendable {
        let bytes: ByteBuffer
        /// In quotes.
        let tag: String

        init(_ bytes: [UInt8]) {
            self.bytes = ByteBuffer(bytes: bytes)
            tag = "\"\(SHA256.hexadecimalHash(bytes).prefix(32))\""
        }
    }

    private var files: [String: File] = [:]

    /// Publishes a file at `https://host/path`.
    mutating func publish(_ bytes: [UInt8], at url: String) {
        guard let url = BootURL(url) else { return }
        files["/\(url.authority)\(url.path)"] = File(bytes)
    }

    /// Serves until the task is cancelled.
    ///
    /// - Throws: ``Fault`` `refused` when the address is taken.
    func serve(
        address: IPAddress, port: Int, accessLog: AccessLog,
        onListening: @escaping @Sendable (Int) async -> Void
    ) async throws {
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in
                let response = answer(to: request)
                accessLog.record(
                    service: "files", node: nil, client: request.headers[.userAgent] ?? "",
                    call: "\(request.method.rawValue) \(request.uri.path)", write: false,
                    status: String(response.status.code))
                return response
            },
            configuration: ApplicationConfiguration(
                address: .hostname(address.description, port: port), serverName: "lab-files", reuseAddress: true),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) },
            logger: Logger(label: "lab-files") { _ in SwiftLogNoOpLogHandler() })
        do {
            try await application.run()
        } catch let error where !Task.isCancelled {
            throw Fault(.refused, "cannot serve the lab's internet", at: "\(address):\(port)", cause: error)
        }
        try Task.checkCancellation()
    }

    /// GET and HEAD, with one range and If-Range.
    func answer(to request: Request) -> Response {
        guard request.method == .get || request.method == .head else { return Response(status: .methodNotAllowed) }
        guard let file = files[request.uri.path] else { return Response(status: .notFound) }
        let size = file.bytes.readableBytes
        var headers: HTTPFields = [.contentType: "application/octet-stream", .eTag: file.tag, .acceptRanges: "bytes"]
        var status = HTTPResponse.Status.ok
        var part = 0..<size
        let isCurrent = request.headers[.ifRange].map { $0 == file.tag } ?? true
        if isCurrent, let text = request.headers[.range] {
            switch ByteRange(text, size: size) {
            case .all: break
            case .part(let range):
                (status, part) = (.partialContent, range)
                headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
            case .unsatisfiable:
                headers[.contentRange] = "bytes */\(size)"
                return Response(status: .rangeNotSatisfiable, headers: headers)
            }
        }
        headers[.contentLength] = String(part.count)
        guard request.method == .get, let bytes = file.bytes.getSlice(at: part.lowerBound, length: part.count) else {
            return Response(status: status, headers: headers)
        }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: bytes))
    }
}

/// A Range header with one range (RFC 9110, 14.1.2).
enum ByteRange: Sendable, Hashable {
    /// No header that counts: the whole.
    case all
    case part(Range<Int>)
    case unsatisfiable

    init(_ header: String, size: Int) {
        let text = header.filter { !$0.isWhitespace }
        guard text.hasPrefix("bytes="), !text.contains(",") else {
            self = .all
            return
        }
        let parts = text.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.allSatisfy(\.isNumber) }) else {
            self = .all
            return
        }
        switch (Int(parts[0]), Int(parts[1])) {
        case (let start?, let end):
            let last = min(end ?? size - 1, size - 1)
            self = start < size && start <= last ? .part(start..<last + 1) : .unsatisfiable
        case (nil, let count?):
            self = count > 0 ? .part(max(0, size - count)..<size) : .unsatisfiable
        case (nil, nil):
            self = .all
        }
    }
}
