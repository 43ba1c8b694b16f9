import Core
import Kubernetes
import Logging

/// Copies the Secret with the cluster's values from the system namespace into every namespace of the system, where the
/// HelmReleases read it.
struct ValuesReplicator: Sendable {
    private let client: KubernetesClient
    private let caches: ControllerCaches
    private let logger: Logger
    /// Names of namespaces.
    private let queue = WorkQueue<String>()

    init(client: KubernetesClient, caches: ControllerCaches, logger: Logger) {
        self.client = client
        self.caches = caches
        self.logger = logger
        let queue = queue
        caches.values.onChange { [weak caches] change in
            guard change.key.namespace == CozystackNames.systemNamespace else {
                if let namespace = change.key.namespace { queue.add(namespace) }
                return
            }
            for namespace in caches?.namespaces.objects ?? [] where Self.isTarget(namespace) {
                queue.add(namespace.name)
            }
        }
        caches.namespaces.onChange { change in
            if let namespace = change.new, Self.isTarget(namespace) { queue.add(namespace.name) }
        }
    }

    /// Works until the task is cancelled.
    func run() async {
        let logger = logger
        await queue.process(
            workers: 2,
            onFailure: { name, error in
                logger.warning("values not copied", metadata: ["namespace": "\(name)", "error": "\(error)"])
            },
            work: { name in
                try await reconcile(name)
                return nil
            })
    }

    private static func isTarget(_ namespace: KubernetesObject) -> Bool {
        namespace.labels[CozystackNames.systemLabel] == "true" && namespace.name != CozystackNames.systemNamespace
            && !namespace.isBeingDeleted
    }

    private func reconcile(_ name: String) async throws {
        guard let namespace = caches.namespaces[name], Self.isTarget(namespace) else { return }
        let secret = CozystackNames.valuesSecret
        let copy = caches.values[ObjectKey(namespace: name, name: secret)]
        let key = ObjectKey(namespace: CozystackNames.systemNamespace, name: secret)
        guard let source = caches.values[key] else {
            if let copy { try await client.delete(.secret, secret, namespace: name, uid: copy.uid) }
            return
        }
        guard let copy else { return try await create(source, in: name) }
        let updated = copy.updated(asCopyOf: source)
        guard updated != copy else { return }
        caches.values.note(try await client.replace(updated, fieldManager: FieldManagers.cozystackOperator))
    }

    private func create(_ source: KubernetesObject, in namespace: String) async throws {
        let new = KubernetesObject(.secret, name: source.name, namespace: namespace).updated(asCopyOf: source)
        caches.values.note(try await client.create(new, fieldManager: FieldManagers.cozystackOperator))
    }
}

extension KubernetesObject {
    /// Takes over data and type of a Secret, and its labels and annotations; those that are there already stay.
    func updated(asCopyOf source: KubernetesObject) -> KubernetesObject {
        var updated = self
        updated["data"] = source["data"]
        updated["type"] = source["type"]
        if !source.labels.isEmpty { updated.labels = labels.merging(source.labels) { $1 } }
        if !source.annotations.isEmpty { updated.annotations = annotations.merging(source.annotations) { $1 } }
        return updated
    }
}
