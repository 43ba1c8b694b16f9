import Synchronization

/// Hands each element to everyone who follows, and remembers the latest ones for those who come later.
final class Broadcast<Element: Sendable>: Sendable {
    private struct State {
        var recent: [Element] = []
        var followers: [Int: AsyncStream<Element>.Continuation] = [:]
        var nextFollower = 0
    }

    private let state = Mutex(State())
    private let remembered: Int

    /// - Parameter remembered: how many elements are kept, and how far a follower may fall behind before it loses some.
    init(remembered: Int) {
        self.remembered = remembered
    }

    func send(_ element: Element) {
        state.withLock { state in
            state.recent.append(element)
            if state.recent.count >= 2 * remembered { state.recent.removeFirst(state.recent.count - remembered) }
            for follower in state.followers.values { follower.yield(element) }
        }
    }

    /// Oldest first.
    var recent: [Element] { state.withLock { Array($0.recent.suffix(remembered)) } }

    func forget() {
        state.withLock { $0.recent = [] }
    }

    /// The remembered elements that `past` chooses, then all that come, until the reader stops.
    func follow(past: ([Element]) -> [Element] = { _ in [] }) -> AsyncStream<Element> {
        let (stream, continuation) = AsyncStream<Element>.makeStream(bufferingPolicy: .bufferingNewest(2 * remembered))
        let identifier = state.withLock { state in
            for element in past(Array(state.recent.suffix(remembered))) { continuation.yield(element) }
            state.nextFollower += 1
            state.followers[state.nextFollower] = continuation
            return state.nextFollower
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.followers.removeValue(forKey: identifier) }
        }
        return stream
    }
}
