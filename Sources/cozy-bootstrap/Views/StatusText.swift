import Bootstrap

/// A run's status as lines of text.
struct StatusText {
    let status: RunStatus

    /// A line a phase, then the nodes, the counts and what is waited for.
    var lines: [String] {
        var lines = ["\(status.cluster) (\(status.variant))"]
        lines += status.phases.map { "  \(symbol($0.state)) \($0.name)\(detail($0))" }
        if status.nodes.count <= 12 {
            let width = status.nodes.map(\.name.count).max() ?? 0
            lines += status.nodes.map { node in
                "  \(node.name.padded(to: width))  \(node.role.padded(to: 13))  \(node.state)"
            }
        } else {
            lines.append("  nodes: " + nodeSummary)
        }
        if status.helmReleases.total > 0 { lines.append("  \(counts)") }
        lines += status.waiting.prefix(8).map { "  waiting for \($0.for): \($0.reason)" }
        if status.waiting.count > 8 { lines.append("  … and \(status.waiting.count - 8) more") }
        if let fault = status.fault { lines.append("  stopped: \(fault)") }
        return lines
    }

    var counts: String {
        "\(status.packages.ready)/\(status.packages.total) Packages, "
            + "\(status.helmReleases.ready)/\(status.helmReleases.total) HelmReleases Ready"
    }

    /// How many nodes are in each state, most first.
    private var nodeSummary: String {
        Dictionary(grouping: status.nodes, by: \.state).mapValues(\.count)
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }

    private func symbol(_ state: RunStatus.State) -> String {
        switch state {
        case .pending: "·"
        case .running: "▸"
        case .waiting: "…"
        case .done: "✓"
        case .failed: "✗"
        }
    }

    private func detail(_ phase: RunStatus.PhaseStatus) -> String {
        phase.state == .failed ? " failed" : ""
    }
}

extension String {
    /// The text with blanks behind it up to a width in characters.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
