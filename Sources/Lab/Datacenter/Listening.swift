import Synchronization

/// Calls a function once a number of servers listen.
final class Listening: Sendable {
    private let awaited: Mutex<Int>
    private let whenAll: @Sendable () -> Void

    init(awaited: Int, whenAll: @escaping @Sendable () -> Void) {
        self.awaited = Mutex(awaited)
        self.whenAll = whenAll
    }

    /// One more server listens.
    func arrived() {
        let left = awaited.withLock { count in
            count -= 1
            return count
        }
        if left == 0 { whenAll() }
    }
}
