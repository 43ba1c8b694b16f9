import Core
import Kubernetes
import Packages

/// The package controllers work, as long as a package is not what it should be.
struct ControllersStep: Step {
    let id = "packages/controllers"
    let phase = Phase.packages
    let kind = StepKind.convergent
    let requires = ["platform/package"]

    func observe(_ world: World, history: StepHistory) async throws -> Observation {
        if world.services.isStarted(PackageServices.name) { return .satisfied("running") }
        let progress = try await PackageProgress.read(world)
        return progress.isComplete
            ? .satisfied("every package is as it should be") : .absent("the packages need their controllers")
    }

    func act(_ world: World) async throws {
        try await PackageServices.start(in: world)
    }
}
