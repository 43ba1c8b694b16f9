package import Core
package import Logging
import NIOCore
import NIOPosix

/// Receives the kernel logs of booting machines (`talos.logging.kernel=tcp://…`): one JSON object a line.
///
/// A machine's log tells its address and the public-key fingerprint of its maintenance API over a way that does not
/// go through that API.
package struct KernelLogSink: Sendable {
    /// A line of a machine's kernel log.
    package struct Line: Sendable, Hashable {
        /// The address that the machine sent from.
        package var address: IPAddress
        /// The text of the message (`msg`).
        package var message: String

        package init(address: IPAddress, message: String) {
            self.address = address
            self.message = message
        }

        /// The fingerprint that the message tells: base64 of the SHA-256 of a public key, 44 characters.
        package var fingerprint: String? {
            guard let word = message.lowercased().firstRange(of: "fingerprint") else { return nil }
            let rest = message[word.upperBound...]
            return rest.split { !Self.isBase64($0) }.map(String.init).first { $0.utf8.count == 44 && $0.hasSuffix("=") }
        }

        private static func isBase64(_ character: Character) -> Bool {
            character.isASCII && (character.isLetter || character.isNumber || "+/=".contains(character))
        }
    }

    /// The longest line taken; a longer one ends its connection.
    private static let longestLine = 64 << 10

    package let lines: AsyncStream<Line>
    private let continuation: AsyncStream<Line>.Continuation
    private let host: String
    private let port: Int
    private let log: Logger

    package init(host: String, port: Int, log: Logger) {
        self.host = host
        self.port = port
        self.log = log
        (lines, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(10_000))
    }

    /// Serves until cancelled.
    ///
    /// - Throws: ``Fault`` `refused` when the port cannot be had.
    package func run() async throws {
        let server: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, Never>, Never>
        do {
            server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: host, port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, Never>(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw Fault(.refused, "cannot receive kernel logs at \(host):\(port)", cause: error)
        }
        try await server.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections {
                    group.addTask { await receive(connection) }
                }
            }
        }
    }

    private func receive(_ connection: NIOAsyncChannel<ByteBuffer, Never>) async {
        guard let address = connection.channel.remoteAddress?.ipAddress.flatMap({ IPAddress($0) }) else { return }
        do {
            try await connection.executeThenClose { input in
                var rest = ByteBuffer()
                for try await var chunk in input {
                    rest.writeBuffer(&chunk)
                    while let end = rest.readableBytesView.firstIndex(of: 0x0A) {
                        let line = rest.readBytes(length: end - rest.readerIndex) ?? []
                        rest.moveReaderIndex(forwardBy: 1)
                        if let message = (try? JSON(parsing: line))?["msg"]?.string {
                            continuation.yield(Line(address: address, message: message))
                        }
                    }
                    guard rest.readableBytes <= Self.longestLine else { return }
                    rest.discardReadBytes()
                }
            }
        } catch {
            log.debug("a kernel log ended", metadata: ["address": "\(address)", "error": "\(error)"])
        }
    }
}
