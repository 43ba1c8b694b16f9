import Core
import Inventory
import Kubernetes

/// A planned node has registered with Kubernetes. It stays NotReady until the network plugin runs.
struct JoinStep: Step {
    let node: NodePlan
    var id: String { "join/\(node.name)" }
    let phase = Phase.join
    let kind = StepKind.wait
    var requires: [String] { ["configure/\(node.name)", "control-plane/api"] }

    func observe(_ world: World, history: StepHistory) async throws -> Observation {
        guard try await world.kubernetes().get(.node, node.name) != nil else {
            return .waiting(WaitReason(node.name, "its kubelet has not registered with Kubernetes yet"))
        }
        try await world.store.update(node.name) { $0.isInstalled = true }
        await world.board.setNode(node.name, "joined")
        return .satisfied("registered")
    }
}
