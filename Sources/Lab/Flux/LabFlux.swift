package import Kubernetes
package import Logging

/// Flux in the lab: source-controller, source-watcher and helm-controller as far as Cozystack's platform needs them.
///
/// It is a client of the Kubernetes API like any other. As the pod that it stands for, it comes up when its Deployment
/// exists and a node can run it, and it starts with an empty disk.
package struct LabFlux: Sendable {
    /// How it names itself to the API server.
    package static let userAgent = "lab-flux/1"

    private let context: FluxContext
    private let source: any ArtifactSource

    /// - Parameters:
    ///   - client: with ``userAgent``, and the rights of a cluster administrator.
    ///   - source: where OCIRepositories are pulled from.
    package init(
        client: KubernetesClient, source: any ArtifactSource, options: LabFluxOptions = LabFluxOptions(),
        logger: Logger = Logger(label: "lab-flux")
    ) {
        context = FluxContext(client: client, options: options, logger: logger)
        self.source = source
    }

    /// Runs until the task is cancelled.
    package func run() async throws {
        try await FluxDeployment(context: context).comeUp()
        await withDiscardingTaskGroup { group in
            for informer in context.informers { group.addTask { await informer.run() } }
            let repositories = SourceController(context: context, source: source)
            let generators = SourceWatcher(context: context)
            let releases = HelmController(context: context)
            let network = NodeNetwork(context: context)
            group.addTask { await repositories.run() }
            group.addTask { await generators.run() }
            group.addTask { await releases.run() }
            group.addTask { await network.run() }
        }
        throw CancellationError()
    }
}
