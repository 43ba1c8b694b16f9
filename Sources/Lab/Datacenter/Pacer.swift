import Synchronization

/// Waits with the jitter of one machine.
final class Pacer: Sendable {
    private let random: Mutex<SeededRandom>
    private let jitter: Double

    init(seed: UInt64, stream: String, jitter: Double) {
        random = Mutex(SeededRandom(seed: seed, stream: stream))
        self.jitter = min(max(jitter, 0), 1)
    }

    /// - Throws: `CancellationError`.
    func wait(_ duration: Duration) async throws {
        try await Task.sleep(for: jittered(duration))
    }

    /// The duration, up to the jitter longer or shorter.
    func jittered(_ duration: Duration) -> Duration {
        guard jitter > 0 else { return duration }
        return duration * random.withLock { Double.random(in: (1 - jitter)...(1 + jitter), using: &$0) }
    }

    /// A random part of a duration.
    func part(of duration: Duration) -> Duration {
        duration * random.withLock { Double.random(in: 0...1, using: &$0) }
    }

    func number(below limit: UInt64) -> UInt64 {
        random.withLock { UInt64.random(in: 0..<limit, using: &$0) }
    }
}
