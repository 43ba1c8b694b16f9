import Kubernetes

/// What the lab's Flux controllers share: the way to the API, copies of its objects, and the disk.
struct FluxContext: Sendable {
    let client: KubernetesClient
    let options: LabFluxOptions
    let store = ArtifactStore()
    let repositories: Informer
    let generators: Informer
    let artifacts: Informer
    let releases: Informer
    /// Secrets and ConfigMaps whose changes concern releases at once (label `reconcile.fluxcd.io/watch: Enabled`).
    let watchedSecrets: Informer
    let watchedConfigMaps: Informer
    let nodes: Informer

    init(client: KubernetesClient, options: LabFluxOptions) {
        self.client = client
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

    func queue<Key: Hashable & Sendable>(of type: Key.Type = Key.self) -> WorkQueue<Key> {
        WorkQueue(backoff: options.backoff)
    }
}
