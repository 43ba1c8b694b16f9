import Synchronization

/// Tasks that wait for a value, in the order in which they came. A cancelled one gets nil.
final class Waiters<Value: Sendable, State: Sendable>: Sendable {
    private struct Shared: Sendable {
        var state: State
        var waiting: [(id: UInt64, continuation: CheckedContinuation<Value?, Never>)] = []
        var nextID: UInt64 = 0
    }

    private enum Outcome {
        case now(Value?)
        case later
    }

    private let shared: Mutex<Shared>
    private let take: @Sendable (inout State) -> Value?

    /// - Parameter take: takes a value out of the state, or answers nil when a task has to wait for it.
    init(_ state: State, take: @escaping @Sendable (inout State) -> Value?) {
        shared = Mutex(Shared(state: state))
        self.take = take
    }

    /// Reads or changes the state, then serves the waiting tasks that the change allows.
    func update<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        var served: [(CheckedContinuation<Value?, Never>, Value)] = []
        let result = shared.withLock { shared in
            let result = body(&shared.state)
            while let first = shared.waiting.first, let value = take(&shared.state) {
                served.append((first.continuation, value))
                shared.waiting.removeFirst()
            }
            return result
        }
        for (continuation, value) in served { continuation.resume(returning: value) }
        return result
    }

    /// The next value; nil when the task is cancelled.
    func next() async -> Value? {
        let id = shared.withLock { shared in
            shared.nextID += 1
            return shared.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let outcome: Outcome = shared.withLock { shared in
                    if Task.isCancelled { return .now(nil) }
                    if shared.waiting.isEmpty, let value = take(&shared.state) { return .now(value) }
                    shared.waiting.append((id, continuation))
                    return .later
                }
                if case .now(let value) = outcome { continuation.resume(returning: value) }
            }
        } onCancel: {
            let continuation = shared.withLock { shared in
                shared.waiting.firstIndex { $0.id == id }.map { shared.waiting.remove(at: $0).continuation }
            }
            continuation?.resume(returning: nil)
        }
    }
}
