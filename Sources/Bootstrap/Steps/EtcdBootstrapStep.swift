import Core
import Inventory
import TalosAPI

/// etcd exists, formed once on the planned node.
///
/// The call is made only when every control plane has shown that it has no etcd, and only ever to the one node that
/// the plan names: Talos refuses a second call there as long as the first one left anything (`AlreadyExists`), so that
/// two clusters cannot come out of one plan.
struct EtcdBootstrapStep: Step {
    let id = EtcdBootstrap.step
    let phase = Phase.etcd
    let kind = StepKind.atMostOnce
    /// The node that the plan names.
    let node: NodePlan
    let requires: [String]

    /// How long an unanswered call is given to show its effect before it is made again.
    private static let settling = Duration.seconds(20)
    private static let deadline = Duration.seconds(10)
    /// How long etcd may take to start before the operator is told more.
    private static let patience = Duration.seconds(120)

    func observe(_ world: World, history: StepHistory) async throws -> Observation {
        let nodes = world.plan.controlPlanes
        let states = try await withThrowingTaskGroup(of: (NodePlan, EtcdState).self) { group in
            for node in nodes { group.addTask { (node, try await state(of: node, world)) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for (node, state) in states {
            if case .member(let count) = state { return .satisfied("\(node.name) is one of \(count) etcd members") }
        }
        for (node, state) in states {
            switch state {
            case .unknown(let fault): return .unreachable(WaitReason(node.name, fault))
            case .starting(let service): return .waiting(WaitReason(node.name, "etcd is \(service)"))
            case .member, .absent: continue
            }
        }
        guard history.effects == 0 else {
            return .waiting(WaitReason(node.name, startingReason(world, history)))
        }
        if history.isAmbiguous, let wait = remainingSettling(world, history) {
            return .waiting(
                WaitReason(node.name, "an earlier bootstrap call may still take effect (\(wait))"))
        }
        return .absent("none of \(nodes.count) control planes has etcd")
    }

    func act(_ world: World) async throws {
        let talos = try await world.talos(node)
        do throws(Fault) {
            try await talos.bootstrap(deadline: Self.deadline)
        } catch {
            switch error.code {
            // etcd has data there, most likely from a call whose answer was lost: the intent stays open, and what came
            // of it is for the next look to say.
            case .conflict, .unreachable, .timeout, .cancelled: throw error
            case .refused: throw StepDeferred(WaitReason(node.name, error))
            default: throw Fault(.unreachable, error.what, at: error.location, why: error.why, next: error.next)
            }
        }
    }

    private enum EtcdState {
        case member(of: Int)
        case starting(String)
        case absent
        case unknown(Fault)
    }

    /// Proof of absence needs the node's own word that its etcd service has not been started.
    private func state(of node: NodePlan, _ world: World) async throws -> EtcdState {
        do {
            let talos = try await world.talos(node)
            let services = try await talos.services()
            guard let etcd = services.first(where: { $0.id == "etcd" }) else { return .absent }
            if etcd.state == "Running" {
                let members = try await talos.etcdMembers(local: true)
                return members.isEmpty ? .starting("Running without members") : .member(of: members.count)
            }
            return ["Starting", "Stopping"].contains(etcd.state) ? .starting(etcd.state) : .absent
        } catch let fault as Fault {
            return .unknown(fault)
        }
    }

    /// What to say of an etcd that has been bootstrapped and is not seen yet: after a while, what can be done.
    private func startingReason(_ world: World, _ history: StepHistory) -> String {
        let age = Timestamp(milliseconds: history.lastIntent ?? 0).duration(to: world.clock.now)
        return age < Self.patience
            ? "its etcd is starting after the bootstrap"
            : "etcd was bootstrapped and does not run; see the node's console. If its data is lost, reset the EPHEMERAL "
                + "partition of all control planes and restore a snapshot"
    }

    private func remainingSettling(_ world: World, _ history: StepHistory) -> Duration? {
        guard let intent = history.lastIntent else { return nil }
        let rest = Self.settling - Timestamp(milliseconds: intent).duration(to: world.clock.now)
        return rest > .zero ? rest : nil
    }
}

/// What other rooms need to know of the step.
package enum EtcdBootstrap {
    /// The step's id.
    package static let step = "etcd/bootstrap"
}
