import NIOCore
import NIOPosix
import Synchronization

/// The work of a test's server: one task a connection or stream, all ended with the server.
final class TaskBag: Sendable {
    private let state = Mutex<[Task<Void, Never>]>([])

    func run(_ work: @escaping @Sendable () async -> Void) {
        let task = Task { await work() }
        state.withLock { $0.append(task) }
    }

    /// Listens on 127.0.0.1 while the body runs.
    ///
    /// - Parameter body: is given the port.
    func serve<Value: Sendable>(
        _ bootstrap: ServerBootstrap, _ body: @Sendable (Int) async throws -> Value
    ) async throws -> Value {
        let listener = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(listener.localAddress?.port ?? 0))
        } catch {
            result = .failure(error)
        }
        try? await listener.close()
        await end()
        return try result.get()
    }

    private func end() async {
        let tasks = state.withLock { tasks in
            defer { tasks = [] }
            return tasks
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}
