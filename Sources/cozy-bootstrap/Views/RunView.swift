import Bootstrap
import FoundationEssentials

/// Shows a run while it goes on.
protocol RunView: Sendable {
    mutating func show(_ status: RunStatus)
}

/// On a terminal: the whole status, redrawn in place.
struct TerminalView: RunView {
    private var drawnLines = 0

    mutating func show(_ status: RunStatus) {
        let (columns, rows) = Terminal.size
        let lines = StatusText(status: status).lines.prefix(max(1, rows - 1)).map { $0.prefix(columns - 1) }
        let up = drawnLines > 0 ? "\u{1B}[\(drawnLines)A" : ""
        Terminal.raw(up + "\r\u{1B}[J" + lines.joined(separator: "\n") + "\n")
        drawnLines = lines.count
    }
}

/// Elsewhere: a line whenever a phase or what is waited for changes.
struct PlainView: RunView {
    private var phases: [String: RunStatus.State] = [:]
    private var lastWait = ""

    mutating func show(_ status: RunStatus) {
        for phase in status.phases where phases[phase.name] != phase.state {
            phases[phase.name] = phase.state
            if phase.state == .done || phase.state == .failed {
                Terminal.line("\(phase.name): \(phase.state.rawValue)")
            }
        }
        guard let wait = status.waiting.first else { return }
        let text = "\(wait.step): waiting for \(wait.for): \(wait.reason)"
        guard text != lastWait else { return }
        lastWait = text
        Terminal.line(text)
    }
}

/// For programs: every change as one line of JSON.
struct JSONView: RunView {
    mutating func show(_ status: RunStatus) {
        Terminal.line(StatusJSON.text(status))
    }
}

/// A status as JSON.
enum StatusJSON {
    static func text(_ status: RunStatus) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(status)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
