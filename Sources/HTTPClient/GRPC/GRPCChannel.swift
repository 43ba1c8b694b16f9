import Core

/// gRPC calls to one server over the HTTP client, with messages as bytes.
///
/// A call fails with ``GRPCStatus`` when the server answered, and with ``Fault`` when it did not.
package struct GRPCChannel: Sendable {
    package enum Security: Sendable, Hashable {
        /// HTTP/2 in clear text with prior knowledge.
        case plaintext
        case tls(TLSSettings)
    }

    package let http: HTTPClient
    /// The name that is verified and sent as `:authority`.
    package let host: String
    package let port: Int
    package let security: Security
    /// Sent with every call.
    package var metadata: HTTPHeaders
    /// Another place to dial than `host` and `port`.
    package var connectTo: HTTPRequest.Endpoint?
    package var proxy: HTTPRequest.Proxy
    package var connectTimeout: Duration

    package init(
        http: HTTPClient, host: String, port: Int, security: Security, metadata: HTTPHeaders = [:],
        connectTo: HTTPRequest.Endpoint? = nil, proxy: HTTPRequest.Proxy = .none, connectTimeout: Duration = .seconds(5)
    ) {
        self.http = http
        self.host = host
        self.port = port
        self.security = security
        self.metadata = metadata
        self.connectTo = connectTo
        self.proxy = proxy
        self.connectTimeout = connectTimeout
    }

    /// One message there, one back.
    ///
    /// - Parameters:
    ///   - path: `/package.Service/Method`.
    ///   - deadline: for the whole call; the server is told.
    ///   - freshConnection: opens a connection for this call alone.
    package func unary(
        _ path: String, _ message: [UInt8], metadata: HTTPHeaders = [:], deadline: Duration,
        freshConnection: Bool = false
    ) async throws -> [UInt8] {
        var request = request(path, metadata, deadline)
        request.body = .bytes(GRPCFrame.encode(message))
        request.freshConnection = freshConnection
        return try await single(GRPCStream(await http.execute(request)))
    }

    /// One message there, many back.
    ///
    /// - Parameter deadline: for the whole call; nil for a call that may go on for ever.
    package func serverStream(
        _ path: String, _ message: [UInt8], metadata: HTTPHeaders = [:], deadline: Duration? = nil,
        idleTimeout: Duration? = nil
    ) async throws -> GRPCStream {
        var request = request(path, metadata, deadline)
        request.body = .bytes(GRPCFrame.encode(message))
        request.idleTimeout = idleTimeout
        return try GRPCStream(await http.execute(request))
    }

    /// Many messages there, one back.
    package func clientStream<Messages: AsyncSequence & Sendable>(
        _ path: String, _ messages: Messages, metadata: HTTPHeaders = [:], deadline: Duration? = nil
    ) async throws -> [UInt8] where Messages.Element == [UInt8] {
        var request = request(path, metadata, deadline)
        request.body = .stream(FramedMessages(messages: messages))
        return try await single(GRPCStream(await http.execute(request)))
    }

    private func request(_ path: String, _ metadata: HTTPHeaders, _ deadline: Duration?) -> HTTPRequest {
        var headers: HTTPHeaders = ["content-type": "application/grpc", "te": "trailers"]
        if let deadline { headers.append("grpc-timeout", grpcTimeout(deadline)) }
        for field in self.metadata { headers.append(field.name, field.value) }
        for field in metadata { headers.append(field.name, field.value) }
        let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        var request = HTTPRequest(
            .post, "", headers: headers, connectTo: connectTo, proxy: proxy, deadline: deadline,
            connectTimeout: connectTimeout)
        switch security {
        case .plaintext:
            request.url = "http://\(name):\(port)\(path)"
            request.version = .http2PriorKnowledge
        case .tls(let settings):
            request.url = "https://\(name):\(port)\(path)"
            request.version = .http2
            request.tls = settings
        }
        return request
    }

    /// The only message of a stream.
    private func single(_ stream: GRPCStream) async throws -> [UInt8] {
        var answer: [UInt8]?
        for try await message in stream {
            guard answer == nil else { throw GRPCStatus(.internal, "the server sent more than one message") }
            answer = message
        }
        guard let answer else { throw GRPCStatus(.internal, "the server reported success but sent no message") }
        return answer
    }
}

/// `grpc-timeout`: at most eight digits and a unit.
func grpcTimeout(_ deadline: Duration) -> String {
    let parts = deadline.components
    let milliseconds = parts.seconds.multipliedReportingOverflow(by: 1000)
    let whole = milliseconds.partialValue + parts.attoseconds / 1_000_000_000_000_000
    if !milliseconds.overflow, whole < 100_000_000 { return "\(max(1, whole))m" }
    return "\(min(parts.seconds, 99_999_999))S"
}

/// Messages on their way out, each in its frame.
private struct FramedMessages<Messages: AsyncSequence & Sendable>: AsyncSequence, Sendable
where Messages.Element == [UInt8] {
    typealias Element = [UInt8]

    let messages: Messages

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: messages.makeAsyncIterator()) }

    struct AsyncIterator: AsyncIteratorProtocol {
        var base: Messages.AsyncIterator

        mutating func next() async throws -> [UInt8]? {
            guard let message = try await base.next() else { return nil }
            guard message.count <= GRPCFrame.limit else {
                throw GRPCStatus(.resourceExhausted, "a message of \(message.count) bytes is too large to be sent")
            }
            return GRPCFrame.encode(message)
        }
    }
}
