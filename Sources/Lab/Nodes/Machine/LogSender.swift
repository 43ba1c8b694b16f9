import Core
import NIOCore
import NIOPosix

/// Pushes a node's kernel log to a `tcp://host:port` destination as JSON lines.
struct LogSender: Sendable {
    let destination: BootURL
    /// The node's own address: the only thing that tells the receiver whose lines they are.
    let source: IPAddress
    let eventLoops: any EventLoopGroup
    let retry: Duration

    /// Sends until cancelled. A line that could not be sent is sent again on the next connection.
    func run(_ lines: AsyncStream<KernelLog.Line>) async {
        var iterator = lines.makeAsyncIterator()
        var pending: KernelLog.Line?
        while !Task.isCancelled {
            guard let connection = try? await connect() else {
                try? await Task.sleep(for: retry)
                continue
            }
            await withTaskCancellationHandler {
                while true {
                    if pending == nil { pending = await iterator.next() }
                    guard let line = pending, await send(line, over: connection) else { break }
                    pending = nil
                }
            } onCancel: {
                connection.close(promise: nil)
            }
            try? await connection.close()
            if pending == nil { return }
        }
    }

    private func connect() async throws -> any Channel {
        let local = try SocketAddress(ipAddress: source.description, port: 0)
        return try await ClientBootstrap(group: eventLoops)
            .bind(to: local)
            .connectTimeout(.seconds(2))
            .connect(host: destination.host, port: destination.port).get()
    }

    private func send(_ line: KernelLog.Line, over connection: any Channel) async -> Bool {
        var buffer = connection.allocator.buffer(capacity: 256)
        buffer.writeBytes(line.json.serialized())
        buffer.writeInteger(UInt8(ascii: "\n"))
        do {
            try await connection.writeAndFlush(buffer).get()
            return true
        } catch {
            return false
        }
    }
}
