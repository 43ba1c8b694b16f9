package import Core

extension KubernetesObject {
    package var name: String {
        get { self["metadata", "name"]?.string ?? "" }
        set { self["metadata", "name"] = .string(newValue) }
    }

    /// nil for cluster-scoped objects.
    package var namespace: String? {
        get { self["metadata", "namespace"]?.string }
        set { setMetadata("namespace", newValue.map(JSON.string)) }
    }

    /// Given by the API server; nil before creation.
    package var uid: String? { self["metadata", "uid"]?.string }

    /// Opaque; to be compared for equality only. nil before creation.
    package var resourceVersion: String? {
        get { self["metadata", "resourceVersion"]?.string }
        set { setMetadata("resourceVersion", newValue.map(JSON.string)) }
    }

    /// Counts the changes of the spec; nil for kinds without.
    package var generation: Int? { self["metadata", "generation"]?.int }

    package var labels: [String: String] {
        get { strings(self["metadata", "labels"]) }
        set { setMetadata("labels", .object(newValue.mapValues(JSON.string))) }
    }

    package var annotations: [String: String] {
        get { strings(self["metadata", "annotations"]) }
        set { setMetadata("annotations", .object(newValue.mapValues(JSON.string))) }
    }

    package var finalizers: [String] {
        get { (self["metadata", "finalizers"]?.array ?? []).compactMap(\.string) }
        set { setMetadata("finalizers", .strings(newValue)) }
    }

    package var ownerReferences: [OwnerReference] {
        get { (self["metadata", "ownerReferences"]?.array ?? []).compactMap { OwnerReference($0) } }
        set { setMetadata("ownerReferences", .array(newValue.map(\.json))) }
    }

    package var creationTimestamp: Timestamp? {
        self["metadata", "creationTimestamp"]?.string.flatMap { Timestamp($0) }
    }

    /// When deletion was asked for; the object stays until its finalizers are gone.
    package var deletionTimestamp: Timestamp? {
        self["metadata", "deletionTimestamp"]?.string.flatMap { Timestamp($0) }
    }

    package var isBeingDeleted: Bool { self["metadata", "deletionTimestamp"]?.string != nil }

    /// `metadata.generation` as last seen by the writer of the status; nil for kinds that do not tell.
    package var observedGeneration: Int? { self["status", "observedGeneration"]?.int }

    package func hasOwner(uid: String) -> Bool {
        ownerReferences.contains { $0.uid == uid }
    }

    private mutating func setMetadata(_ field: String, _ value: JSON?) {
        self["metadata", field] = value
    }

    private func strings(_ json: JSON?) -> [String: String] {
        (json?.object ?? [:]).compactMapValues(\.string)
    }
}
