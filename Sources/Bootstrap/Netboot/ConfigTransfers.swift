import Synchronization

/// Keeps a token from being used by two requests at the same time.
///
/// A transfer that breaks leaves its token usable again after a while.
final class ConfigTransfers: Sendable {
    private static let longest = Duration.seconds(10)

    private let ends = Mutex<[String: ContinuousClock.Instant]>([:])

    /// False while another request has the token.
    func begin(_ hash: String) -> Bool {
        let now = ContinuousClock.now
        return ends.withLock { ends in
            ends = ends.filter { $0.value > now }
            guard ends[hash] == nil else { return false }
            ends[hash] = now + Self.longest
            return true
        }
    }
}
