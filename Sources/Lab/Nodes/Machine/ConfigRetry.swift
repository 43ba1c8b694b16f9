/// The gaps between a Talos node's attempts to get a machine configuration.
struct ConfigRetry: Sendable, Hashable {
    private var failures = 0
    private var rejections = 0

    /// Seconds to wait after an attempt that got no answer, or any status but 200 and 204: 0, 1, 3, 7, 15 … without a
    /// cap (go-retry, exponential).
    mutating func gapAfterFailure() -> Double {
        failures += 1
        return Double((1 << min(failures - 1, 40)) - 1)
    }

    /// Seconds to wait after an answer that the loader refused, an empty one among them: the controller is restarted
    /// with 0.5 s × 1.5, at most 60 s, and starts its fetching over.
    mutating func gapAfterRejection() -> Double {
        rejections += 1
        failures = 0
        var gap = 0.5
        for _ in 1..<max(rejections, 1) where gap < 60 { gap *= 1.5 }
        return min(gap, 60)
    }
}
