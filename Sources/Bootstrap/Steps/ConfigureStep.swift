import Core
import HTTPClient
import Inventory
import TalosAPI
import TalosConfig

/// A node runs from its disk with its own machine config.
struct ConfigureStep: Step {
    let node: NodePlan
    var id: String { "configure/\(node.name)" }
    let phase = Phase.configure
    let kind = StepKind.idempotent
    var requires: [String] { ["enroll/\(node.name)"] }

    func observe(_ world: World, history: StepHistory) async throws -> Observation {
        let machine = try await world.store.machine(node.name)
        switch try await world.presence(of: node) {
        case .configured: return try await configured(world)
        case .foreign(let fingerprint): return .conflicting(EnrollStep.foreign(node, fingerprint))
        case .maintenance(let fingerprint): return try maintenance(world, machine, fingerprint)
        case .absent:
            // A worker has no API of its own before the control plane signs its certificate.
            if node.role == .worker, machine.deliveredConfig != nil {
                return .satisfied("its config was delivered; it gets its certificate from the control plane")
            }
            return .waiting(WaitReason(node.name, machine.activity ?? "it does not answer at \(node.address)"))
        }
    }

    /// Push delivery: the node gets its config over a connection pinned to the key that it showed on its console.
    func act(_ world: World) async throws {
        let machine = try await world.store.machine(node.name)
        guard case .maintenance(let seen) = try await world.presence(of: node) else { return }
        let pin = world.plan.delivery.trust == .firstUse ? seen : machine.fingerprint ?? ""
        let config = try await world.machineConfig(node)
        let talos = TalosClient(
            http: world.http, node: world.endpoint(of: node), access: .maintenance(pins: [pin]))
        // The API goes away when the config is accepted, so that the answer may be lost: that is a transient fault.
        _ = try await talos.applyConfiguration(Array(config.text.utf8), mode: .auto)
        try await world.store.update(node.name) { $0.deliveredConfig = config.sha256 }
        await world.board.setNode(node.name, "installing")
    }

    private func configured(_ world: World) async throws -> Observation {
        let stage = try await world.talos(node).machineStatus()?.stage
        guard stage == .booting || stage == .running else {
            return .waiting(WaitReason(node.name, "Talos is \(stage?.rawValue ?? "starting")"))
        }
        try await world.store.update(node.name) { $0.isInstalled = true }
        await world.board.setNode(node.name, "configured")
        return .satisfied("runs with its own config")
    }

    private func maintenance(_ world: World, _ machine: MachineRecord, _ fingerprint: String) throws -> Observation {
        guard world.plan.delivery.method == .push else {
            return .waiting(
                WaitReason(node.name, "it is in maintenance mode without a config; boot it from the network"))
        }
        guard world.plan.delivery.trust == .kernelLog else { return .absent("the machine config has to be applied") }
        guard let known = machine.fingerprint else {
            return .waiting(WaitReason(node.name, "the fingerprint of its API has not come with its kernel log yet"))
        }
        guard known == fingerprint else {
            return .waiting(
                WaitReason(node.name, "its API shows the key \(fingerprint), its kernel log told \(known)"))
        }
        return .absent("the machine config has to be applied")
    }
}
