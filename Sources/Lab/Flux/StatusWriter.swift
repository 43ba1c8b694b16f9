import Core
import Kubernetes

/// Writes what a controller found out into an object's status, and only what changed.
struct StatusWriter: Sendable {
    let client: KubernetesClient
    /// The field manager: the name of the controller.
    let manager: String
    let clock: any WallClock

    /// Changes the status of an object.
    ///
    /// - Returns: the object as the API server has it now.
    @discardableResult
    func write(
        _ object: KubernetesObject, _ type: ResourceType, _ change: (inout KubernetesObject) -> Void
    ) async throws -> KubernetesObject {
        var changed = object
        change(&changed)
        let (before, after) = (object.status?.object ?? [:], changed.status?.object ?? [:])
        var patch: [String: JSON] = [:]
        for key in Set(before.keys).union(after.keys) where before[key] != after[key] {
            patch[key] = after[key] ?? .null
        }
        guard !patch.isEmpty else { return object }
        return try await client.mergePatch(
            type, object.name, namespace: object.namespace, ["status": .object(patch)], subresource: "status",
            fieldManager: manager)
    }

    /// Changes conditions only.
    @discardableResult
    func conditions(
        _ object: KubernetesObject, _ type: ResourceType, set: [Condition], remove: [String] = []
    ) async throws -> KubernetesObject {
        try await write(object, type) { mark(&$0, set: set, remove: remove) }
    }

    /// Sets conditions for the object's present generation.
    func mark(_ object: inout KubernetesObject, set: [Condition], remove: [String] = []) {
        var conditions = object.conditions
        for name in remove { conditions.remove(type: name) }
        for var condition in set {
            condition.observedGeneration = object.generation
            conditions.set(condition, now: clock.now)
        }
        object.conditions = conditions
    }

    /// Adds the finalizer, if it is missing.
    func addFinalizer(
        _ finalizer: String, to object: KubernetesObject, _ type: ResourceType
    ) async throws -> KubernetesObject {
        guard !object.finalizers.contains(finalizer) else { return object }
        return try await setFinalizers(object.finalizers + [finalizer], on: object, type)
    }

    /// Takes the finalizer away, so that the object can go.
    func removeFinalizer(_ finalizer: String, from object: KubernetesObject, _ type: ResourceType) async throws {
        guard object.finalizers.contains(finalizer) else { return }
        do {
            _ = try await setFinalizers(object.finalizers.filter { $0 != finalizer }, on: object, type)
        } catch let error as KubernetesError where error.isNotFound {
            return
        }
    }

    private func setFinalizers(
        _ finalizers: [String], on object: KubernetesObject, _ type: ResourceType
    ) async throws -> KubernetesObject {
        try await client.mergePatch(
            type, object.name, namespace: object.namespace, ["metadata": ["finalizers": .strings(finalizers)]],
            resourceVersion: object.resourceVersion, fieldManager: manager)
    }
}

extension Condition {
    static func ready(_ status: Status, _ reason: String, _ message: String) -> Condition {
        Condition("Ready", status, reason: reason, message: message)
    }

    static func reconciling(_ reason: String, _ message: String) -> Condition {
        Condition("Reconciling", .yes, reason: reason, message: message)
    }

    static func stalled(_ reason: String, _ message: String) -> Condition {
        Condition("Stalled", .yes, reason: reason, message: message)
    }
}

/// The annotation by which people and tools ask for a reconciliation now.
enum ReconcileRequest {
    static let annotation = "reconcile.fluxcd.io/requestedAt"

    /// Whether a change of an object asks its controller to look at it: not when only the status changed.
    static func concerns(_ change: ObjectChange) -> Bool {
        guard let old = change.old, let new = change.new else { return true }
        return old.generation != new.generation || old.isBeingDeleted != new.isBeingDeleted
            || old.annotations[annotation] != new.annotations[annotation]
    }
}
