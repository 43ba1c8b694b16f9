package import Core
package import Kubernetes
package import Logging

/// The controllers of upstream's operator: PackageSource, Package, and the replicator of the cluster's values.
///
/// They work from watches and write only what would change something. A Lease excludes upstream's operator, whose place
/// they can take, and which can take theirs, without a changed field.
package struct PackageControllers: Sendable {
    private let client: KubernetesClient
    private let settings: HelmReleaseSettings
    private let lease: LeaseElection?
    private let logger: Logger
    private let clock: any WallClock

    /// - Parameters:
    ///   - identity: who holds the Lease. One that stays the same over restarts of one process, such as the name of its
    ///     state directory, takes up its own Lease again at once. nil runs without a Lease.
    package init(
        client: KubernetesClient, identity: String?, settings: HelmReleaseSettings = HelmReleaseSettings(),
        timing: LeaseElection.Timing = LeaseElection.Timing(retry: .seconds(5)),
        logger: Logger = Logger(label: "packages"),
        clock: any WallClock = SystemWallClock()
    ) {
        self.client = client
        self.settings = settings
        self.logger = logger
        self.clock = clock
        lease = identity.map {
            LeaseElection(
                client: client, namespace: CozystackNames.systemNamespace, name: CozystackNames.operatorLease,
                identity: $0, timing: timing, clock: clock)
        }
    }

    /// Runs until the task is cancelled or the Lease is lost.
    ///
    /// The CRDs of Cozystack and Flux and the namespace `cozy-system` must exist, or come soon: until they do, nothing
    /// is done.
    ///
    /// - Throws: ``Core/Fault`` `conflict` when the Lease was lost; `CancellationError`.
    package func run() async throws {
        guard let lease else { return try await control() }
        let logger = logger
        try await lease.run(
            onWait: { logger.info("another operator holds the Lease", metadata: ["holder": "\($0)"]) },
            { try await control() })
    }

    private func control() async throws {
        let caches = ControllerCaches(client: client)
        let sources = PackageSourceController(client: client, caches: caches, clock: clock, logger: logger)
        let packages = PackageController(
            client: client, caches: caches, settings: settings, clock: clock, logger: logger)
        let values = ValuesReplicator(client: client, caches: caches, logger: logger)
        await withDiscardingTaskGroup { group in
            group.addTask { await caches.run() }
            group.addTask {
                guard (try? await caches.waitUntilSynced()) != nil else { return }
                async let first: Void = sources.run()
                async let second: Void = packages.run()
                async let third: Void = values.run()
                _ = await (first, second, third)
            }
        }
        throw CancellationError()
    }
}
