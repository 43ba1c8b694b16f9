import Core
import Inventory
import TalosAPI

/// A planned node has shown itself.
struct EnrollStep: Step {
    let node: NodePlan
    var id: String { "enroll/\(node.name)" }
    let phase = Phase.enroll
    let kind = StepKind.wait
    let requires = ["netboot/serve"]

    func observe(_ world: World, history: StepHistory) async throws -> Observation {
        let machine = try await world.store.machine(node.name)
        if machine.isInstalled { return .satisfied("installed") }
        if let activity = machine.activity, machine.lastSeen != nil { return .satisfied("seen: \(activity)") }
        switch try await world.presence(of: node) {
        case .maintenance: return .satisfied("answers in maintenance mode at \(node.address)")
        case .configured: return .satisfied("runs with our config at \(node.address)")
        case .foreign(let fingerprint):
            return .conflicting(Self.foreign(node, fingerprint))
        case .absent:
            return .waiting(
                WaitReason(
                    node.name,
                    "not seen yet: power it on and let it boot from the network (\(node.mac.map(\.description) ?? "any port"))"
                ))
        }
    }

    static func foreign(_ node: NodePlan, _ fingerprint: String) -> Fault {
        Fault(
            .refused, "the machine belongs to another Talos cluster", at: "\(node.name) (\(node.address))",
            why: "its certificate (SPKI sha256 \(fingerprint)) is not signed by this cluster's authority",
            next: "wipe the machine, or restore the secrets that it was installed with")
    }
}
