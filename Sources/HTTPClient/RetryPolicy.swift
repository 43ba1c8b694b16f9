import Core

/// When a request is sent again, and after how long.
///
/// A request is repeated when nothing of it can have reached the server, whatever its method; when its method is
/// idempotent (RFC 9110, 9.2.2) and the connection broke; or when it is idempotent and the status is one of
/// ``statuses``. A streamed body is never repeated. libcurl repeats a request by itself only if it is idempotent or has no
/// body, when a reused connection turns out to be closed before any byte of the answer.
package struct RetryPolicy: Sendable, Hashable {
    /// The most attempts in all, at least one.
    package var attempts: Int
    /// The bound of the first pause; it doubles from attempt to attempt.
    package var base: Duration
    /// The bound that no pause exceeds.
    package var maximum: Duration
    /// The longest `Retry-After` that is waited out; a longer one makes the answer final.
    package var patience: Duration
    /// Statuses worth another attempt.
    package var statuses: Set<Int>

    package init(
        attempts: Int, base: Duration = .milliseconds(200), maximum: Duration = .seconds(10),
        patience: Duration = .seconds(60), statuses: Set<Int> = [429, 502, 503, 504]
    ) {
        self.attempts = max(1, attempts)
        self.base = base
        self.maximum = maximum
        self.patience = patience
        self.statuses = statuses
    }

    package static let none = RetryPolicy(attempts: 1)
    /// Five attempts within some seconds.
    package static let standard = RetryPolicy(attempts: 5)

    /// The pause before the attempt after `attempt` (counted from 1): between half and all of the doubled bound.
    func pause(after attempt: Int, jitter: Double) -> Duration {
        let bound = min(maximum, base * (1 << min(attempt - 1, 20)))
        return bound * (0.5 + 0.5 * min(max(jitter, 0), 1))
    }
}

/// `Retry-After` (RFC 9110, 10.2.3): seconds or a date.
func retryAfter(_ value: String?, now: Timestamp) -> Duration? {
    guard let value else { return nil }
    if let seconds = Int64(value) { return seconds >= 0 && seconds < 1 << 31 ? .seconds(seconds) : nil }
    return httpDate(value).map { max(.zero, now.duration(to: $0)) }
}

/// An IMF-fixdate (RFC 9110, 5.6.7), such as `Sun, 06 Nov 1994 08:49:37 GMT`.
func httpDate(_ text: String) -> Timestamp? {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", parts[1].utf8.count == 2, parts[3].utf8.count == 4,
        let month = months.firstIndex(of: String(parts[2]))
    else { return nil }
    let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    return Timestamp("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
}
