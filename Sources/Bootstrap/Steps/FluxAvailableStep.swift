import Core
import Kubernetes

/// The Flux controllers run, although no network plugin does yet: they use the hosts' network.
struct FluxAvailableStep: Step {
    let id = "flux/available"
    let phase = Phase.flux
    let kind = StepKind.wait
    let requires = ["flux/manifest"]

    func observe(_ world: World, history: StepHistory) async throws -> Observation {
        let subject = "Deployment cozy-fluxcd/flux"
        guard let deployment = try await world.kubernetes().get(.deployment, "flux", namespace: "cozy-fluxcd")
        else { return .waiting(WaitReason(subject, "it does not exist")) }
        let available = deployment.condition("Available")
        guard available?.isTrue == true else {
            return .waiting(WaitReason(subject, available?.message ?? "it is not available yet"))
        }
        return .satisfied("available")
    }
}
