import Core

/// A change that an informer saw, as the difference between two looks at an object.
package struct ObjectChange: Sendable, Hashable {
    /// The object before; nil when it is new.
    package let old: KubernetesObject?
    /// The object now; nil when it is gone.
    package let new: KubernetesObject?

    package init?(from old: KubernetesObject?, to new: KubernetesObject?) {
        guard old != nil || new != nil else { return nil }
        self.old = old
        self.new = new
    }

    /// The object as last known.
    package var object: KubernetesObject { new ?? old ?? KubernetesObject(.object([:])) }
    package var key: ObjectKey { object.key }
    package var isDeletion: Bool { new == nil }
    /// Whether the generation, the deletion mark or an annotation changed, not only the status.
    package var touchesMoreThanStatus: Bool {
        guard let old, let new else { return true }
        return old.generation != new.generation || old.isBeingDeleted != new.isBeingDeleted
            || old.annotations != new.annotations || old.labels != new.labels || old.finalizers != new.finalizers
    }
}
