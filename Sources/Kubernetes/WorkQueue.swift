/// Keys of objects that somebody has to look at.
///
/// A key that stands in the queue already is not added twice, and no two workers ever hold the same key: one that is
/// added while it is worked on comes back when that work is done. Level-triggered, so a lost reason is no loss as long
/// as the key was added.
package final class WorkQueue<Key: Hashable & Sendable>: Sendable {
    private struct State: Sendable {
        var ready: [Key] = []
        var readyHead = 0
        /// Waiting, or to be looked at again after the present work.
        var dirty: Set<Key> = []
        var working: Set<Key> = []
        var delayed: [Key: ContinuousClock.Instant] = [:]
        var failures: [Key: Int] = [:]

        mutating func add(_ key: Key) {
            guard dirty.insert(key).inserted, !working.contains(key) else { return }
            ready.append(key)
        }

        mutating func take() -> Key? {
            guard readyHead < ready.count else { return nil }
            let key = ready[readyHead]
            readyHead += 1
            if readyHead == ready.count {
                ready.removeAll(keepingCapacity: true)
                readyHead = 0
            } else if readyHead > 1024 {
                ready.removeFirst(readyHead)
                readyHead = 0
            }
            dirty.remove(key)
            working.insert(key)
            return key
        }

        mutating func done(_ key: Key) {
            working.remove(key)
            if dirty.contains(key) { ready.append(key) }
        }
    }

    private let state: Waiters<Key, State>
    /// Tells the timer that a deadline earlier than all others has come.
    private let alarms: Waiters<ContinuousClock.Instant, ContinuousClock.Instant?>
    private let backoff: Backoff

    /// - Parameter backoff: the pauses after failures of one key.
    package init(backoff: Backoff = Backoff(base: .milliseconds(5), cap: .seconds(1000), jitter: 0)) {
        self.backoff = backoff
        state = Waiters(State()) { $0.take() }
        alarms = Waiters(nil) { alarm in
            defer { alarm = nil }
            return alarm
        }
    }

    /// Adds a key for work at once.
    package func add(_ key: Key) {
        state.update { $0.add(key) }
    }

    /// Adds a key for work after a pause. Of several pauses for one key, the earliest end counts.
    package func add(_ key: Key, after pause: Duration) {
        guard pause > .zero else { return add(key) }
        let deadline = ContinuousClock.now + pause
        let isEarliest = state.update { state in
            if let known = state.delayed[key], known <= deadline { return false }
            let earliest = state.delayed.values.min()
            state.delayed[key] = deadline
            return earliest.map { deadline < $0 } ?? true
        }
        if isEarliest { alarms.update { $0 = min($0 ?? deadline, deadline) } }
    }

    /// How many keys wait for a worker now.
    package var count: Int { state.update { $0.ready.count - $0.readyHead } }

    /// Works on keys until the task is cancelled; the work in hand is cancelled with it and waited for.
    ///
    /// - Parameters:
    ///   - workers: how many keys are worked on at a time.
    ///   - onFailure: told of each error, before the key waits for its next turn.
    ///   - work: looks at a key. A returned duration asks for another look after it; an error asks for one after a
    ///     pause that grows with each failure of the key in a row.
    package func process(
        workers: Int, onFailure: @escaping @Sendable (Key, any Error) -> Void = { _, _ in },
        work: @escaping @Sendable (Key) async throws -> Duration?
    ) async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.ring() }
            for _ in 0..<max(1, workers) {
                group.addTask {
                    while !Task.isCancelled, let key = await self.state.next() {
                        await self.run(key, onFailure: onFailure, work: work)
                    }
                }
            }
        }
    }

    private func run(
        _ key: Key, onFailure: @Sendable (Key, any Error) -> Void, work: @Sendable (Key) async throws -> Duration?
    ) async {
        do {
            let again = try await work(key)
            state.update { state in
                state.failures[key] = nil
                state.done(key)
            }
            if let again { add(key, after: again) }
        } catch {
            let failures = state.update { state in
                state.failures[key, default: 0] += 1
                state.done(key)
                return state.failures[key] ?? 1
            }
            if !Task.isCancelled { onFailure(key, error) }
            add(key, after: backoff.pause(after: failures))
        }
    }

    /// Moves delayed keys to the ready ones when their time has come.
    private func ring() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled, let deadline = await alarms.next() {
                group.addTask {
                    guard (try? await ContinuousClock().sleep(until: deadline)) != nil else { return }
                    self.moveDueKeys()
                }
            }
        }
    }

    private func moveDueKeys() {
        let now = ContinuousClock.now
        let next = state.update { state in
            let due = state.delayed.filter { $0.value <= now }.sorted { $0.value < $1.value }
            for (key, _) in due {
                state.delayed[key] = nil
                state.add(key)
            }
            return state.delayed.values.min()
        }
        if let next { alarms.update { $0 = min($0 ?? next, next) } }
    }
}
