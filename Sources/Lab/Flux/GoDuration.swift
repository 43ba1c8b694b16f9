/// Durations in the notation of Go, as `metav1.Duration` has them: `5m`, `1h30m`, `500ms`.
enum GoDuration {
    static func parse(_ text: String) -> Duration? {
        let units: [(String, Duration)] = [
            ("ms", .milliseconds(1)), ("us", .microseconds(1)), ("ns", .nanoseconds(1)), ("h", .seconds(3600)),
            ("m", .seconds(60)), ("s", .seconds(1)),
        ]
        var rest = text[...]
        var total = Duration.zero
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            guard let value = Double(number), let unit = units.first(where: { rest.hasPrefix($0.0) }) else {
                return nil
            }
            total += unit.1 * value
            rest = rest.dropFirst(unit.0.count)
        }
        return total
    }

    /// `5m0s`, as Go prints it; whole seconds.
    static func text(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        var text = seconds >= 3600 ? "\(seconds / 3600)h" : ""
        if seconds >= 60 { text += "\(seconds / 60 % 60)m" }
        return text + "\(seconds % 60)s"
    }
}
