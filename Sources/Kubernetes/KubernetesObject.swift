package import Core

/// A Kubernetes object of any kind: its JSON, with names for the fields that every kind has.
///
/// Unknown fields and whole numbers of 64 bits are kept as they came.
package struct KubernetesObject: Sendable, Hashable {
    package var json: JSON

    package init(_ json: JSON) {
        self.json = json
    }

    /// A new object of a kind, with further top-level fields (`spec`, `data`, ...).
    package init(
        _ type: ResourceType, name: String, namespace: String? = nil, labels: [String: String] = [:],
        annotations: [String: String] = [:], fields: [String: JSON] = [:]
    ) {
        json = .object(fields)
        apiVersion = type.apiVersion
        kind = type.kind
        self.name = name
        self.namespace = namespace
        if !labels.isEmpty { self.labels = labels }
        if !annotations.isEmpty { self.annotations = annotations }
    }

    /// The value at a path of keys; setting nil removes it.
    package subscript(path: String...) -> JSON? {
        get { json[path] }
        set { json[path] = newValue }
    }

    package var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }

    /// `group/version`, or `v1` for the core group.
    package var apiVersion: String {
        get { json["apiVersion"]?.string ?? "" }
        set { json["apiVersion"] = .string(newValue) }
    }

    package var kind: String {
        get { json["kind"]?.string ?? "" }
        set { json["kind"] = .string(newValue) }
    }

    package var spec: JSON? {
        get { json["spec"] }
        set { json["spec"] = newValue }
    }

    package var status: JSON? {
        get { json["status"] }
        set { json["status"] = newValue }
    }

    /// The conditions in `status.conditions`, in their order.
    package var conditions: [Condition] {
        get { (self["status", "conditions"]?.array ?? []).compactMap { Condition($0) } }
        set { self["status", "conditions"] = .array(newValue.map(\.json)) }
    }

    package func condition(_ type: String) -> Condition? {
        for json in self["status", "conditions"]?.array ?? [] where json["type"]?.string == type {
            return Condition(json)
        }
        return nil
    }

    /// Whether the condition `Ready` is True. Says nothing about the generation it was computed from.
    package var isReady: Bool { condition("Ready")?.isTrue ?? false }
}
