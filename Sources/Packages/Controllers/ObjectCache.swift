import Kubernetes
import Synchronization

/// An informer's copy that also knows our own writes before the watch reports them, so that a controller does not write
/// the same twice because its copy lags behind.
final class ObjectCache: Sendable {
    private let informer: Informer
    /// What the API answered to our writes, until the watch has come that far.
    private let written = Mutex<[ObjectKey: KubernetesObject]>([:])

    init(_ informer: Informer) {
        self.informer = informer
        informer.onChange { [weak self] change in self?.forget(change) }
    }

    func run() async {
        await informer.run()
    }

    func waitUntilSynced() async throws {
        try await informer.waitUntilSynced()
    }

    /// Calls a function for every object that is there now and for every change to come.
    func onChange(_ body: @escaping @Sendable (ObjectChange) -> Void) {
        informer.onChange(body)
    }

    subscript(key: ObjectKey) -> KubernetesObject? {
        written.withLock { $0[key] } ?? informer[key]
    }

    subscript(name: String) -> KubernetesObject? {
        self[ObjectKey(name: name)]
    }

    /// All objects as the watch reported them.
    var objects: [KubernetesObject] { informer.objects }

    /// Takes in what the API answered to a write.
    func note(_ object: KubernetesObject) {
        written.withLock { $0[object.key] = object }
        if let seen = informer[object.key], Self.isNewer(seen, than: object) { drop(object.key) }
    }

    private func forget(_ change: ObjectChange) {
        written.withLock { written in
            guard let own = written[change.key] else { return }
            if change.isDeletion || Self.isNewer(change.object, than: own) { written[change.key] = nil }
        }
    }

    private func drop(_ key: ObjectKey) {
        written.withLock { $0[key] = nil }
    }

    /// Whether an object is at least as new as another. Versions are numbers on every API server that there is; where
    /// they are not, only equal ones count.
    private static func isNewer(_ object: KubernetesObject, than other: KubernetesObject) -> Bool {
        guard let left = object.resourceVersion, let right = other.resourceVersion else { return true }
        if let left = UInt64(left), let right = UInt64(right) { return left >= right }
        return left == right
    }
}
