package import Core

/// What happens to the objects that a deleted one owns (`DeleteOptions.propagationPolicy`).
package enum DeletePropagation: String, Sendable {
    case background = "Background"
    case foreground = "Foreground"
    case orphan = "Orphan"
}

extension KubernetesClient {
    /// Creates an object.
    ///
    /// - Throws: ``KubernetesError`` with `isAlreadyExists` when there is one of that name.
    @discardableResult
    package func create(_ object: KubernetesObject, fieldManager: String? = nil) async throws -> KubernetesObject {
        let type = try await resolve(apiVersion: object.apiVersion, kind: object.kind)
        return try await self.object(
            request(
                "POST", type.path(namespace: object.namespace), query: [("fieldManager", fieldManager)],
                body: object.json))
    }

    /// Replaces an object; with `metadata.resourceVersion` set, only that version of it.
    ///
    /// - Throws: ``KubernetesError`` with `isConflict` when somebody else was faster.
    @discardableResult
    package func replace(
        _ object: KubernetesObject, subresource: String? = nil, fieldManager: String? = nil
    ) async throws -> KubernetesObject {
        let type = try await resolve(apiVersion: object.apiVersion, kind: object.kind)
        return try await self.object(
            request(
                "PUT", type.path(namespace: object.namespace, name: object.name, subresource: subresource),
                query: [("fieldManager", fieldManager)], body: object.json))
    }

    /// Merges fields into an object (RFC 7396): null removes a field, a list replaces the list.
    ///
    /// - Parameter resourceVersion: the only version that may be patched; nil patches any.
    @discardableResult
    package func mergePatch(
        _ type: ResourceType, _ name: String, namespace: String? = nil, _ patch: JSON, subresource: String? = nil,
        resourceVersion: String? = nil, fieldManager: String? = nil
    ) async throws -> KubernetesObject {
        var patch = patch
        if let resourceVersion { patch[["metadata", "resourceVersion"]] = .string(resourceVersion) }
        return try await object(
            request(
                "PATCH", type.path(namespace: namespace, name: name, subresource: subresource),
                query: [("fieldManager", fieldManager)], contentType: "application/merge-patch+json", body: patch))
    }

    /// Applies operations to an object (RFC 6902); a `test` operation guards the others.
    @discardableResult
    package func jsonPatch(
        _ type: ResourceType, _ name: String, namespace: String? = nil, _ operations: [JSON],
        subresource: String? = nil, fieldManager: String? = nil
    ) async throws -> KubernetesObject {
        try await object(
            request(
                "PATCH", type.path(namespace: namespace, name: name, subresource: subresource),
                query: [("fieldManager", fieldManager)], contentType: "application/json-patch+json",
                body: .array(operations)))
    }

    /// Server-side apply: makes the fields in `object` so, and this manager their owner.
    ///
    /// A field that the manager applied before and leaves out now is removed. Managed fields and, unless it is meant
    /// as a precondition, the resource version must not be in the object; managed fields are taken out here.
    ///
    /// - Parameters:
    ///   - force: take over fields that other managers own.
    ///   - dryRun: answer what would be, change nothing.
    /// - Throws: ``KubernetesError`` with ``KubernetesError/fieldConflicts`` when others own fields.
    @discardableResult
    package func apply(
        _ object: KubernetesObject, fieldManager: String, force: Bool = false, subresource: String? = nil,
        dryRun: Bool = false
    ) async throws -> KubernetesObject {
        let type = try await resolve(apiVersion: object.apiVersion, kind: object.kind)
        var body = object
        body["metadata", "managedFields"] = nil
        return try await self.object(
            request(
                "PATCH", type.path(namespace: object.namespace, name: object.name, subresource: subresource),
                query: [
                    ("fieldManager", fieldManager), ("force", force ? "true" : nil), ("dryRun", dryRun ? "All" : nil),
                ],
                contentType: "application/apply-patch+yaml", body: body.json))
    }

    /// Asks for an object to be deleted; finalizers may keep it for a while.
    ///
    /// - Returns: false when it was not there.
    /// - Throws: ``KubernetesError`` with `isConflict` when a precondition does not hold.
    @discardableResult
    package func delete(
        _ type: ResourceType, _ name: String, namespace: String? = nil, uid: String? = nil,
        resourceVersion: String? = nil, propagation: DeletePropagation? = nil
    ) async throws -> Bool {
        let preconditions: JSON? =
            uid == nil && resourceVersion == nil
            ? nil
            : .fields(["uid": uid.map(JSON.string), "resourceVersion": resourceVersion.map(JSON.string)])
        let options = JSON.fields([
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": preconditions,
            "propagationPolicy": propagation.map { .string($0.rawValue) },
        ])
        do {
            _ = try await send(request("DELETE", type.path(namespace: namespace, name: name), body: options))
            return true
        } catch let error as KubernetesError where error.isNotFound {
            return false
        }
    }
}
