import Core
import Inventory
import Kubernetes
import Packages

/// Every Package and every HelmRelease of the variant is Ready. As long as one is not, the package controllers work.
struct PackagesReadyStep: Step {
    let id = "packages/ready"
    let phase = Phase.packages
    let kind = StepKind.convergent
    let requires = ["platform/package"]

    func observe(_ world: World, history: StepHistory) async throws -> Observation {
        let isStarted = world.services.isStarted(PackageServices.name)
        if world.isServing, !isStarted { return .absent("the package controllers have to be started") }
        let progress = try await Self.progress(world)
        await world.board.setCounts(
            packages: RunStatus.Count(progress.packages), helmReleases: RunStatus.Count(progress.helmReleases))
        if progress.isComplete {
            return .satisfied("\(progress.packages.ready) Packages and \(progress.helmReleases.ready) HelmReleases")
        }
        guard isStarted else { return .absent("the packages need their controllers") }
        return .waiting(
            progress.blockers.first.map { WaitReason($0.subject, $0.reason) }
                ?? WaitReason("Packages", "\(progress.packages.ready) of \(progress.packages.total) are ready"))
    }

    func act(_ world: World) async throws {
        try await PackageServices.start(in: world)
    }

    private static func progress(_ world: World) async throws -> PackageProgress {
        let client = try await world.kubernetes()
        let expectation = try world.release.expected(world.plan.variant, values: world.plan.platformValues)
        async let packages = client.list(.package)
        async let releases = client.list(.helmRelease)
        return try await PackageProgress(expectation, packages: packages.items, helmReleases: releases.items)
    }
}

extension RunStatus.Count {
    fileprivate init(_ count: PackageProgress.Count) {
        self.init(total: count.total, ready: count.ready)
    }
}
