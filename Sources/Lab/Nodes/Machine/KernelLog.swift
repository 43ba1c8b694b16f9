import Core
import Synchronization

/// What a node's kernel and its machined say on the console.
final class KernelLog: Sendable {
    enum Level: Int, Sendable, Hashable {
        case error = 3
        case warning = 4
        case info = 6

        /// As `Dmesg` writes it.
        var short: String { self == .error ? "err" : self == .warning ? "warning" : "info" }
        /// As the network sink writes it.
        var long: String { self == .error ? "error" : self == .warning ? "warn" : "info" }
    }

    struct Line: Sendable, Hashable {
        /// Counts from 0 in each boot.
        let sequence: Int
        let time: Timestamp
        /// Microseconds since the kernel started.
        let sinceBoot: Int64
        let level: Level
        /// `kern`, or `user` for what machined says.
        let facility: String
        let text: String
    }

    private struct Boot {
        var started: Timestamp
        var sequence = 0
    }

    private let lines = Broadcast<Line>(remembered: 300)
    private let boot: Mutex<Boot>
    private let clock: any WallClock

    init(clock: any WallClock) {
        self.clock = clock
        boot = Mutex(Boot(started: clock.now))
    }

    /// A new kernel has an empty log.
    func restart() {
        boot.withLock { $0 = Boot(started: clock.now) }
        lines.forget()
    }

    func write(_ text: String, level: Level = .info) {
        let now = clock.now
        boot.withLock { boot in
            let line = Line(
                sequence: boot.sequence, time: now, sinceBoot: (now.milliseconds - boot.started.milliseconds) * 1000,
                level: level, facility: text.hasPrefix("[talos]") ? "user" : "kern", text: text)
            boot.sequence += 1
            lines.send(line)
        }
    }

    var recent: [Line] { lines.recent }

    /// All lines of this boot, then those that come; or only the latter.
    func follow(onlyNew: Bool = false) -> AsyncStream<Line> {
        lines.follow { onlyNew ? [] : $0 }
    }
}

extension KernelLog.Line {
    /// One frame of the Dmesg call: facility, right-justified priority, time, text.
    var dmesg: String {
        let priority = String(repeating: " ", count: max(0, 7 - level.short.count)) + level.short
        return "\(facility): \(priority): [\(time)]: \(text)\n"
    }

    /// One line of the sink of `talos.logging.kernel`.
    var json: JSON {
        .fields([
            "msg": .string(text), "talos-time": .string(time.description), "talos-level": .string(level.long),
            "facility": .string(facility), "seq": .int(Int64(sequence)), "clock": .int(sinceBoot),
            "priority": .string(level.short),
        ])
    }
}
