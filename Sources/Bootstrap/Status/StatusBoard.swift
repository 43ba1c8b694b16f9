import Core
import FoundationEssentials
package import Inventory

/// Collects what the steps tell about themselves and passes every change on to the run's views.
package actor StatusBoard {
    private var status: RunStatus
    private var steps: [String: (phase: Phase, state: RunStatus.State)] = [:]
    private var waits: [String: WaitReason] = [:]
    private var views: [Int: AsyncStream<RunStatus>.Continuation] = [:]
    private var nextView = 0

    package init(plan: Plan, steps: [any Step]) {
        status = RunStatus(
            cluster: plan.clusterName, variant: plan.variant, phase: Phase.preflight.rawValue, phases: [],
            nodes: plan.nodes.map { RunStatus.NodeStatus(name: $0.name, role: $0.role.rawValue, state: "unseen") },
            waiting: [], running: true)
        for step in steps { self.steps[step.id] = (step.phase, .pending) }
        status = Self.summary(status, self.steps, waits)
    }

    package var current: RunStatus { status }

    /// Every change from now on, the present state first. A slow reader sees the newest state only.
    package func changes() -> AsyncStream<RunStatus> {
        let (stream, continuation) = AsyncStream.makeStream(of: RunStatus.self, bufferingPolicy: .bufferingNewest(1))
        let view = nextView
        nextView += 1
        views[view] = continuation
        continuation.onTermination = { [weak self] _ in Task { await self?.remove(view) } }
        continuation.yield(status)
        return stream
    }

    package func set(_ step: String, _ state: RunStatus.State, waiting reason: WaitReason? = nil) {
        guard let phase = steps[step]?.phase else { return }
        steps[step] = (phase, state)
        waits[step] = reason
        publish { _ in }
    }

    package func setNode(_ node: String, _ state: String) {
        publish { status in
            for index in status.nodes.indices where status.nodes[index].name == node {
                status.nodes[index].state = state
            }
        }
    }

    package func setCounts(packages: RunStatus.Count, helmReleases: RunStatus.Count) {
        publish { status in
            status.packages = packages
            status.helmReleases = helmReleases
        }
    }

    /// The run is over.
    package func finish(fault: String?) {
        publish { status in
            status.running = false
            status.fault = fault
        }
        for view in views.values { view.finish() }
        views = [:]
    }

    private func remove(_ view: Int) {
        views[view] = nil
    }

    private func publish(_ change: (inout RunStatus) -> Void) {
        var next = status
        change(&next)
        next = Self.summary(next, steps, waits)
        guard next != status else { return }
        status = next
        for view in views.values { view.yield(next) }
    }

    private static func summary(
        _ status: RunStatus, _ steps: [String: (phase: Phase, state: RunStatus.State)], _ waits: [String: WaitReason]
    ) -> RunStatus {
        var status = status
        status.phases = Phase.allCases.compactMap { phase in
            let states = steps.values.filter { $0.phase == phase }.map(\.state)
            return states.isEmpty ? nil : RunStatus.PhaseStatus(name: phase.rawValue, state: combined(states))
        }
        status.phase = status.phases.first { $0.state != .done }?.name ?? "done"
        status.waiting = waits.sorted { $0.key < $1.key }.map { step, reason in
            RunStatus.Waiting(step: step, for: reason.subject, reason: reason.reason)
        }
        return status
    }

    private static func combined(_ states: [RunStatus.State]) -> RunStatus.State {
        if states.contains(.failed) { return .failed }
        if states.allSatisfy({ $0 == .done }) { return .done }
        if states.contains(.running) { return .running }
        if states.contains(.waiting) { return .waiting }
        return states.contains(.done) ? .running : .pending
    }
}
