import Glibc

/// A moment of wall-clock time, in milliseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Sendable, Hashable, Comparable, Codable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package init(seconds: Int64) {
        milliseconds = seconds * 1000
    }

    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    package func advanced(by duration: Duration) -> Timestamp {
        let parts = duration.components
        return Timestamp(milliseconds: milliseconds + parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000)
    }

    package func duration(to other: Timestamp) -> Duration {
        .milliseconds(other.milliseconds - milliseconds)
    }

    /// Whole seconds since 1970, rounded down.
    package var seconds: Int64 {
        milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds where they are not zero: `2026-01-31T08:00:00Z`.
    package var description: String {
        let fraction = milliseconds - seconds * 1000
        return text(fraction: fraction == 0 ? "" : "." + padded(Int(fraction), 3))
    }

    /// RFC 3339 in UTC, whole seconds: the form of Kubernetes `metav1.Time`.
    package var wholeSeconds: String { text(fraction: "") }

    /// RFC 3339 in UTC with six decimals: the form of Kubernetes `metav1.MicroTime`.
    package var microseconds: String { text(fraction: "." + padded(Int(milliseconds - seconds * 1000), 3) + "000") }

    /// Reads RFC 3339 with `Z` or an offset.
    package init?(_ text: String) {
        let date = Array(text.utf8.prefix(19))
        let separators: [(Int, Unicode.Scalar)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
        guard date.count == 19, separators.allSatisfy({ date[$0.0] == UInt8(ascii: $0.1) }) else { return nil }
        let numbers = date.split { !(0x30...0x39 ~= $0) }.compactMap { Int32(String(decoding: $0, as: UTF8.self)) }
        guard numbers.count == 6, 1...12 ~= numbers[1], 1...31 ~= numbers[2], numbers[3] < 24, numbers[4] < 60,
            numbers[5] <= 60
        else { return nil }
        var fields = tm()
        (fields.tm_year, fields.tm_mon, fields.tm_mday) = (numbers[0] - 1900, numbers[1] - 1, numbers[2])
        (fields.tm_hour, fields.tm_min, fields.tm_sec) = (numbers[3], numbers[4], numbers[5])
        var tail = text.utf8.count > 19 ? text[text.utf8.index(text.startIndex, offsetBy: 19)...] : ""
        var fraction: Int64 = 0
        if tail.first == "." {
            let digits = tail.dropFirst().prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty, let value = Int64(String(digits.prefix(3)).padding(to: 3)) else { return nil }
            fraction = value
            tail = tail.dropFirst(1 + digits.count)
        }
        guard let offset = Timestamp.offset(tail) else { return nil }
        milliseconds = (Int64(timegm(&fields)) - offset) * 1000 + fraction
    }

    /// Seconds east of UTC of `Z`, `+hh:mm` or `-hh:mm`.
    private static func offset(_ text: Substring) -> Int64? {
        if text == "Z" || text == "z" { return 0 }
        let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard let sign = text.first, sign == "+" || sign == "-", parts.count == 2, parts.allSatisfy({ $0.count == 2 }),
            let hours = Int64(parts[0]), let minutes = Int64(parts[1])
        else { return nil }
        return (sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    private func text(fraction: String) -> String {
        var time = time_t(seconds)
        var fields = tm()
        gmtime_r(&time, &fields)
        let date = [
            padded(Int(fields.tm_year) + 1900, 4), padded(Int(fields.tm_mon) + 1, 2), padded(Int(fields.tm_mday), 2),
        ]
        let clock = [fields.tm_hour, fields.tm_min, fields.tm_sec].map { padded(Int($0), 2) }
        return date.joined(separator: "-") + "T" + clock.joined(separator: ":") + fraction + "Z"
    }
}

/// Where the present moment comes from; tests put in a moment of their own.
package protocol WallClock: Sendable {
    var now: Timestamp { get }
}

/// The machine's real-time clock.
package struct SystemWallClock: WallClock {
    package init() {}

    package var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

private func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: "0", count: max(0, width - count))
    }
}
