import Core
import Inventory
import Kubernetes

/// Every planned node is Ready for pods.
struct NodesReadyStep: Step {
    let id = "packages/nodes-ready"
    let phase = Phase.packages
    let kind = StepKind.wait
    let requires: [String]

    func observe(_ world: World, history: StepHistory) async throws -> Observation {
        let nodes = try await world.kubernetes().list(.node).items
        let ready = Set(nodes.filter { $0.isReady }.map(\.name))
        for node in world.plan.nodes where ready.contains(node.name) {
            await world.board.setNode(node.name, "ready")
        }
        guard let missing = world.plan.nodes.first(where: { !ready.contains($0.name) }) else {
            return .satisfied("\(world.plan.nodes.count) nodes")
        }
        let reason = nodes.first { $0.name == missing.name }?.condition("Ready")?.message
        return .waiting(WaitReason(missing.name, reason ?? "it is not Ready"))
    }
}
