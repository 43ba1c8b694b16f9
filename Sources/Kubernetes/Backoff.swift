/// Growing pauses between attempts, with jitter so that many clients do not knock at once.
package struct Backoff: Sendable {
    /// The pause after the first failure.
    package var base: Duration
    /// The longest pause.
    package var cap: Duration
    /// The part of a pause that is random: 0 none, 1 all of it.
    package var jitter: Double

    package init(base: Duration, cap: Duration, jitter: Double = 0.5) {
        self.base = base
        self.cap = cap
        self.jitter = jitter
    }

    /// The pause after a number of failures (1 or more): `base` doubled each time up to `cap`, less the jitter.
    package func pause(
        after failures: Int, using generator: inout some RandomNumberGenerator
    ) -> Duration {
        let doublings = min(max(failures - 1, 0), 40)
        let full = min(base * (1 << doublings), cap)
        guard jitter > 0 else { return full }
        return full * (1 - Double.random(in: 0...jitter, using: &generator))
    }

    package func pause(after failures: Int) -> Duration {
        var generator = SystemRandomNumberGenerator()
        return pause(after: failures, using: &generator)
    }
}
