import Core
import HTTPClient
import Inventory
import Netboot

/// The boot service answers, as long as a planned node still has to be installed.
struct NetbootStep: Step {
    let id = "netboot/serve"
    let phase = Phase.netboot
    let kind = StepKind.convergent
    let requires: [String]

    func observe(_ world: World, history: StepHistory) async throws -> Observation {
        var missing: [String] = []
        for node in world.plan.nodes where try await !world.store.machine(node.name).isInstalled {
            missing.append(node.name)
        }
        guard !missing.isEmpty || world.isServing else { return .satisfied("every node is installed") }
        guard world.services.isStarted(BootServices.name) else {
            return .absent("the boot service has to be started: \(missing.count) nodes are not installed")
        }
        let url = try world.bootURL()
        let response = try await world.http.collect(
            HTTPRequest(.get, "\(try world.bootURL())/boot.ipxe", proxy: .none, deadline: .seconds(2)), limit: 1 << 16)
        return response.0.status == 200
            ? .satisfied("serving at \(url)")
            : .waiting(WaitReason("boot service", "it answers with HTTP \(response.0.status)"))
    }

    func act(_ world: World) async throws {
        try await BootServices.start(in: world)
    }
}
