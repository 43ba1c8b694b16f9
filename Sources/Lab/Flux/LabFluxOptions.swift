package import Core
package import Kubernetes

/// How the lab's Flux behaves.
package struct LabFluxOptions: Sendable {
    /// From the first registered node to the running pod.
    package var startDuration: Duration
    /// How long a Helm install or upgrade takes until everything that it rolled out is there.
    package var installDuration: Duration
    package var uninstallDuration: Duration
    /// The workers of helm-controller (`--concurrent`).
    package var concurrency: Int
    /// The workers of source-watcher.
    package var generatorConcurrency: Int
    /// When a release whose dependency is not ready is looked at again (`--requeue-dependency`, 30 s in Cozystack).
    /// nil: as soon as the dependency changes.
    package var requeueDependency: Duration?
    /// When a failed release is tried again; nil takes the release's own interval.
    package var retryInterval: Duration?
    /// Pauses after failures that are not a release's: sources that cannot be pulled, values that are missing.
    package var backoff: Backoff
    /// What becomes of each Helm action.
    package var outcome: @Sendable (HelmAttempt) -> HelmOutcome
    package var clock: any WallClock

    package init(
        startDuration: Duration = .milliseconds(100), installDuration: Duration = .milliseconds(40),
        uninstallDuration: Duration = .milliseconds(10), concurrency: Int = 5, generatorConcurrency: Int = 20,
        requeueDependency: Duration? = nil, retryInterval: Duration? = .milliseconds(500),
        backoff: Backoff = Backoff(base: .milliseconds(50), cap: .seconds(2)),
        outcome: @escaping @Sendable (HelmAttempt) -> HelmOutcome = { _ in .success },
        clock: any WallClock = SystemWallClock()
    ) {
        self.startDuration = startDuration
        self.installDuration = installDuration
        self.uninstallDuration = uninstallDuration
        self.concurrency = concurrency
        self.generatorConcurrency = generatorConcurrency
        self.requeueDependency = requeueDependency
        self.retryInterval = retryInterval
        self.backoff = backoff
        self.outcome = outcome
        self.clock = clock
    }
}

/// One Helm action that is about to run.
package struct HelmAttempt: Sendable, Hashable {
    package enum Action: String, Sendable {
        case install
        case upgrade
    }

    package var release: ObjectKey
    package var action: Action
    /// The number that the release gets.
    package var version: Int
}

/// What becomes of a Helm action.
package enum HelmOutcome: Sendable, Hashable {
    case success
    /// The action fails with this message and leaves a record with status `failed`.
    case failure(String)
    /// The controller dies in the middle: the record stays `pending-install` or `pending-upgrade`, and the release is
    /// taken up again after its retry interval.
    case interrupted
}
