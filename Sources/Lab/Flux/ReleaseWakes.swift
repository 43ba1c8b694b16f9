import Kubernetes
import Synchronization

/// Finds the releases that a change of something else concerns, and wakes them.
final class ReleaseWakes: Sendable {
    private struct Index: Sendable {
        var dependents: [ObjectKey: Set<ObjectKey>] = [:]
        var charts: [ObjectKey: Set<ObjectKey>] = [:]
        var values: [String: Set<ObjectKey>] = [:]
    }

    private let context: FluxContext
    private let index = Mutex(Index())
    private let wake: @Sendable (ObjectKey) -> Void
    private let handlers = Mutex<[(Informer, UInt64)]>([])

    init(context: FluxContext, wake: @escaping @Sendable (ObjectKey) -> Void) {
        self.context = context
        self.wake = wake
        watch(context.releases) { [self] change in released(change) }
        watch(context.artifacts) { [self] change in
            let (old, new) = (
                change.old?["status", "artifact", "revision"], change.new?["status", "artifact", "revision"]
            )
            if old != new { wakeAll(index.withLock { $0.charts[change.key] }) }
        }
        for (informer, kind) in [(context.watchedSecrets, "Secret"), (context.watchedConfigMaps, "ConfigMap")] {
            watch(informer) { [self] change in
                guard change.old?["data"] != change.new?["data"] else { return }
                wakeAll(index.withLock { $0.values["\(kind)/\(change.key)"] })
            }
        }
    }

    func stop() {
        for (informer, id) in handlers.withLock({ $0 }) { informer.remove(handler: id) }
    }

    private func watch(_ informer: Informer, _ body: @escaping @Sendable (ObjectChange) -> Void) {
        let id = informer.onChange(body)
        handlers.withLock { $0.append((informer, id)) }
    }

    private func wakeAll(_ keys: Set<ObjectKey>?) {
        for key in keys ?? [] { wake(key) }
    }

    private func released(_ change: ObjectChange) {
        if change.old?.spec != change.new?.spec { register(change) }
        if ReconcileRequest.concerns(change) { wake(change.key) }
        guard context.options.requeueDependency == nil else { return }
        let (old, new) = (
            change.old.map(ReleasePrerequisites.isFulfilled) ?? false,
            change.new.map(ReleasePrerequisites.isFulfilled) ?? false
        )
        if old != new { wakeAll(index.withLock { $0.dependents[change.key] }) }
    }

    private func register(_ change: ObjectChange) {
        index.withLock { index in
            if let old = change.old {
                for key in ReleasePrerequisites.dependencies(of: old) { index.dependents[key]?.remove(old.key) }
                if let chart = ReleasePrerequisites.chart(of: old) { index.charts[chart]?.remove(old.key) }
                for key in ReleasePrerequisites.valuesKeys(of: old) { index.values[key]?.remove(old.key) }
            }
            if let new = change.new {
                for key in ReleasePrerequisites.dependencies(of: new) {
                    index.dependents[key, default: []].insert(new.key)
                }
                if let chart = ReleasePrerequisites.chart(of: new) { index.charts[chart, default: []].insert(new.key) }
                for key in ReleasePrerequisites.valuesKeys(of: new) { index.values[key, default: []].insert(new.key) }
            }
        }
    }
}
