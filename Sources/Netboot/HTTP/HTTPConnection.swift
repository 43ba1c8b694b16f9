import Core
import Logging
import NIOCore
import NIOHTTP1

/// One connection: requests one after the other, answers from memory or from a file through `sendfile`.
struct HTTPConnection: Sendable {
    /// What is handed to the kernel at a time; progress is told after each.
    private static let slice = 2 << 20

    let channel: any Channel
    let address: IPAddress
    let routes: BootRoutes
    let policy: any BootPolicy
    let events: NetbootEvents

    /// Serves until the peer closes, breaks off or breaks a rule.
    func run(_ requests: AsyncStream<HTTPRequestHead>) async {
        do {
            for await request in requests {
                guard try await answer(request) else { break }
            }
        } catch {
            // The peer went away in the middle of an answer: its own affair.
        }
        try? await channel.close()
    }

    /// - Returns: whether the connection stays open.
    private func answer(_ request: HTTPRequestHead) async throws -> Bool {
        switch await routes.answer(request, from: address) {
        case .failure(let status, let text):
            var headers = HTTPHeaders([("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")])
            if status == .methodNotAllowed { headers.add(name: "Allow", value: "GET, HEAD") }
            try await send(request, status, headers, body: .bytes(Array(text.utf8)), 0..<text.utf8.count, nil)
        case .content(let content):
            defer { content.close() }
            try await serve(content, to: request)
        case .config(let content, let token):
            try await serve(content, to: request)
            await policy.configDelivered(token: token)
            events.tell(.config(delivered: true), address: address)
        }
        return request.isKeepAlive
    }

    private func serve(_ content: ServedContent, to request: HTTPRequestHead) async throws {
        let validators = content.validators
        var headers = HTTPHeaders()
        if let tag = validators.entityTag { headers.add(name: "ETag", value: tag) }
        if let date = validators.lastModified { headers.add(name: "Last-Modified", value: date) }
        if !content.isStored { headers.add(name: "Cache-Control", value: "no-store") }
        if validators.isUnchanged(request.headers) {
            try await send(request, .notModified, headers, body: nil, 0..<0, nil)
            return
        }
        headers.add(name: "Content-Type", value: content.type)
        headers.add(name: "Accept-Ranges", value: content.isStored ? "bytes" : "none")
        let asked = request.method == .GET && content.isStored && validators.allowsRange(request.headers)
        let range = ByteRange(asked ? request.headers.first(name: "Range") : nil, length: content.length)
        switch range {
        case .whole:
            try await send(request, .ok, headers, body: content.source, 0..<content.length, content.assetName)
        case .part(let part):
            let value = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(content.length)"
            headers.add(name: "Content-Range", value: value)
            try await send(request, .partialContent, headers, body: content.source, part, content.assetName)
        case .unsatisfiable:
            headers.add(name: "Content-Range", value: "bytes */\(content.length)")
            try await send(request, .rangeNotSatisfiable, headers, body: .bytes([]), 0..<0, nil)
        }
    }

    /// - Parameter body: nil for an answer that has no body and no length (304).
    private func send(
        _ request: HTTPRequestHead, _ status: HTTPResponseStatus, _ headers: HTTPHeaders, body: ServedContent.Source?,
        _ range: Range<Int>, _ asset: String?
    ) async throws {
        var headers = headers
        if body != nil { headers.add(name: "Content-Length", value: String(range.count)) }
        let head = HTTPResponseHead(version: request.version, status: status, headers: headers)
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        if request.method != .HEAD, !range.isEmpty {
            switch body {
            case .bytes(let bytes):
                let buffer = ByteBuffer(bytes: bytes[range])
                channel.write(HTTPServerResponsePart.body(.byteBuffer(buffer)), promise: nil)
            case .file(let handle, let size):
                try await send(handle, range, size: size, asset)
            case nil:
                break
            }
        }
        try await channel.writeAndFlush(HTTPServerResponsePart.end(nil)).get()
    }

    private func send(_ handle: NIOFileHandle, _ range: Range<Int>, size: Int, _ asset: String?) async throws {
        var sent = range.lowerBound
        while sent < range.upperBound {
            let end = min(sent + Self.slice, range.upperBound)
            let region = FileRegion(fileHandle: handle, readerIndex: sent, endIndex: end)
            try await channel.writeAndFlush(HTTPServerResponsePart.body(.fileRegion(region))).get()
            // Every eighth of the file and the end: enough for a progress bar, little enough for a thousand machines.
            if let asset, end == range.upperBound || end * 8 / size != sent * 8 / size {
                events.tell(.asset(name: asset, sent: end, total: size), address: address)
            }
            sent = end
        }
    }
}
