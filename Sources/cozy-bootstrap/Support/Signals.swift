import Dispatch
import Glibc

/// Turns SIGINT and SIGTERM into cancellation: the first ends the work cleanly, the second at once.
enum Signals {
    /// Runs a body that is cancelled by the first signal.
    static func cancelling<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let work = Task { try await body() }
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if work.isCancelled { _exit(128 + number) }
                work.cancel()
            }
            source.resume()
            return source
        }
        defer { sources.forEach { $0.cancel() } }
        return try await work.value
    }
}
