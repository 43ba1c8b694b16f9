import Core
import TalosConfig

/// The secrets bundle exists, sealed.
struct SecretsStep: Step {
    let id = "secrets/bundle"
    let phase = Phase.secrets
    let kind = StepKind.atMostOnce
    let requires = ["preflight/host"]

    func observe(_ world: World, history: StepHistory) async throws -> Observation {
        // The file appears whole or not at all, and nothing uses the secrets before it is there: an intent without
        // an outcome and without the file has made nothing that could be lost.
        guard world.secrets.exists else {
            guard !history.succeeded else {
                return .conflicting(
                    Fault(
                        .refused, "the cluster's secrets are gone", at: world.directory.secrets,
                        why: "the journal says that they have been made and may be in use",
                        next: "restore the file from a backup"))
            }
            return .absent("the secrets bundle has to be made")
        }
        _ = try await world.secrets.bundle()
        return .satisfied("sealed in \(world.directory.secrets)")
    }

    func act(_ world: World) async throws {
        try await world.secrets.create(contract: try world.plan.clusterConfig().contract)
    }
}
