import Kubernetes
import Synchronization

/// The local copies that all controllers work from.
final class ControllerCaches: Sendable {
    let sources: ObjectCache
    let packages: ObjectCache
    let generators: ObjectCache
    /// Only the releases of Packages.
    let releases: ObjectCache
    let namespaces: ObjectCache
    /// Only the Secrets with the cluster's values.
    let values: ObjectCache
    private let state = Mutex(PackageWorld())

    init(client: KubernetesClient) {
        let system = CozystackNames.systemNamespace
        let timing = Informer.Timing(backoff: Backoff(base: .milliseconds(100), cap: .seconds(5)))
        func cache(
            _ type: ResourceType, namespace: String? = nil, labels: String? = nil, fields: String? = nil
        ) -> ObjectCache {
            ObjectCache(
                Informer(
                    client: client, type: type, namespace: namespace, labels: labels, fields: fields, timing: timing))
        }
        sources = cache(.packageSource)
        packages = cache(.package)
        generators = cache(.artifactGenerator, namespace: system)
        releases = cache(.helmRelease, labels: CozystackNames.packageLabel)
        namespaces = cache(.namespace)
        values = cache(.secret, fields: "metadata.name=\(CozystackNames.valuesSecret)")
        sources.onChange { [weak self] change in self?.take(source: change) }
        packages.onChange { [weak self] change in self?.take(package: change) }
    }

    /// All PackageSources and Packages as last seen.
    var world: PackageWorld { state.withLock { $0 } }

    private var all: [ObjectCache] { [sources, packages, generators, releases, namespaces, values] }

    /// Keeps the copies up to date until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for cache in all { group.addTask { await cache.run() } }
        }
    }

    /// Waits until every copy has been filled.
    func waitUntilSynced() async throws {
        for cache in all { try await cache.waitUntilSynced() }
    }

    private func take(source change: ObjectChange) {
        let source = change.new.map { PackageSource($0.json) }
        state.withLock { $0.sources[change.key.name] = source }
    }

    private func take(package change: ObjectChange) {
        let package = change.new.map { Package($0.json) }
        state.withLock { $0.packages[change.key.name] = package }
    }
}
