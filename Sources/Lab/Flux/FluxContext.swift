import Kubernetes
import Logging

/// What the lab's Flux controllers share: the way to the API, copies of its objects, and the disk.
struct FluxContext: Sendable {
    let client: KubernetesClient
    let options: LabFluxOptions
    let logger: Logger
    let store = ArtifactStore()
    let repositories: Informer
    let generators: Informer
    let artifacts: Informer
    let releases: Informer
    /// Secrets and ConfigMaps whose changes concern releases at once (label `reconcile.fluxcd.io/watch: Enabled`).
    let watchedSecrets: Informer
    let watchedConfigMaps: Informer
    let nodes: Informer

    init(client: KubernetesClient, options: LabFluxOptions, logger: Logger) {
        self.client = client
        self.logger = logger
        self.options = options
        let timing = Informer.Timing(backoff: Backoff(base: .milliseconds(50), cap: .milliseconds(500)))
        func informer(_ type: ResourceType, labels: String? = nil) -> Informer {
            Informer(client: client, type: type, labels: labels, timing: timing)
        }
        repositories = informer(.ociRepository)
        generators = informer(.artifactGenerator)
        artifacts = informer(.externalArtifact)
        releases = informer(.helmRelease)
        watchedSecrets = informer(.secret, labels: "reconcile.fluxcd.io/watch=Enabled")
        watchedConfigMaps = informer(.configMap, labels: "reconcile.fluxcd.io/watch=Enabled")
        nodes = informer(.node)
    }

    var informers: [Informer] {
        [repositories, generators, artifacts, releases, watchedSecrets, watchedConfigMaps, nodes]
    }

    func writer(_ manager: String) -> StatusWriter {
        StatusWriter(client: client, manager: manager, clock: options.clock)
    }

    func queue() -> WorkQueue<ObjectKey> {
        WorkQueue(backoff: options.backoff)
    }

    /// Works on a queue until the task is cancelled; failures are logged and tried again.
    func process(
        _ queue: WorkQueue<ObjectKey>, _ type: ResourceType, workers: Int,
        work: @escaping @Sendable (ObjectKey) async throws -> Duration?
    ) async {
        let logger = logger
        await queue.process(
            workers: workers,
            onFailure: { key, error in
                logger.debug("reconciliation failed", metadata: ["object": "\(type.kind)/\(key)", "error": "\(error)"])
            }, work: work)
    }
}
