import Core
import Synchronization

/// Runs the servers and controllers that steps start; they end with the run.
package final class ServiceHost: Sendable {
    package typealias Service = @Sendable () async throws -> Void

    private let requests: AsyncStream<(name: String, body: Service)>
    private let continuation: AsyncStream<(name: String, body: Service)>.Continuation
    private let started = Mutex<Set<String>>([])

    package init() {
        (requests, continuation) = AsyncStream.makeStream()
    }

    /// Starts a service once; a second start of the same name is ignored.
    package func start(_ name: String, _ body: @escaping Service) {
        let isNew = started.withLock { $0.insert(name).inserted }
        if isNew { continuation.yield((name, body)) }
    }

    package func isStarted(_ name: String) -> Bool {
        started.withLock { $0.contains(name) }
    }

    /// Waits for the caller's cancellation, which also comes when a service fails.
    package func untilCancelled() async throws {
        let (stream, end) = AsyncStream.makeStream(of: Never.self)
        for await _ in stream {}
        end.finish()
        throw CancellationError()
    }

    /// Runs what is started until cancelled.
    ///
    /// - Throws: the first fault of a service; one that ends without a fault was not meant to end either.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [requests, continuation] in
                try await withThrowingDiscardingTaskGroup { services in
                    for await (name, body) in requests {
                        services.addTask {
                            // The first to end, ends all: nothing more is taken on.
                            defer { continuation.finish() }
                            try await body()
                            try Task.checkCancellation()
                            throw Fault(.failed, "the service \(name) ended by itself")
                        }
                    }
                }
            }
            try await group.next()
        }
    }
}
