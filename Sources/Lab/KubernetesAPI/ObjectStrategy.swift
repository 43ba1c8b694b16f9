import Core

/// How objects of a kind are taken in: what the server sets itself, what it takes away, what it refuses.
struct ObjectStrategy {
    let kind: ResourceKind
    let now: Timestamp

    /// Checks `apiVersion`, `kind`, name and namespace against the request's path and returns the key.
    func identify(_ object: inout JSON, _ address: ResourceAddress) throws(APIError) -> StoreKey {
        guard case .object = object else { throw .badRequest("the body is no object") }
        guard object["kind"]?.string?.isEmpty == false else {
            throw .badRequest("Object 'Kind' is missing in '\(object.abridged)'")
        }
        guard object["kind"]?.string == kind.kind, object["apiVersion"]?.string == kind.apiVersion else {
            throw .badRequest(
                "the API version in the data (\(object["apiVersion"]?.string ?? "")) does not match the expected API "
                    + "version (\(kind.apiVersion)), or the kind (\(object["kind"]?.string ?? "")) is not \(kind.kind)")
        }
        if object["metadata"] == nil { object["metadata"] = .object([:]) }
        guard var metadata = object["metadata"], case .object = metadata else {
            throw .badRequest("metadata is no object")
        }
        metadata = metadata.droppingNulls()
        if let name = address.name {
            guard metadata["name"]?.string ?? name == name else {
                throw .badRequest(
                    "the name of the object (\(metadata["name"]?.string ?? "")) does not match the name on the URL (\(name))"
                )
            }
            metadata["name"] = .string(name)
        }
        if kind.isNamespaced {
            let namespace = metadata["namespace"]?.string ?? ""
            guard namespace.isEmpty || namespace == address.namespace else {
                throw .badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request")
            }
            metadata["namespace"] = address.namespace.map(JSON.string)
        } else {
            metadata["namespace"] = nil
        }
        object["metadata"] = metadata
        return StoreKey(
            namespace: kind.isNamespaced ? address.namespace ?? "" : "", name: metadata["name"]?.string ?? "")
    }

    /// Prunes and fills in what the kind's schema says.
    ///
    /// - Returns: the paths of unknown fields that were dropped.
    func normalize(_ object: inout JSON) -> [String] {
        var dropped: [String] = []
        if kind.isCustom {
            object.prune(kind.schema, noting: &dropped)
            object.fillDefaults(kind.schema)
        } else {
            object = object.droppingNulls()
            BuiltInStrategy.fillDefaults(&object, kind)
        }
        return dropped.sorted()
    }

    /// Makes a sent object a new one.
    func prepareNew(_ object: inout JSON, uid: String) {
        if kind.hasStatus, kind.kind != "Node" || kind.isCustom { object["status"] = nil }
        var metadata = object["metadata"] ?? .object([:])
        for name in ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "managedFields", "resourceVersion"]
        {
            metadata[name] = nil
        }
        metadata["uid"] = .string(uid)
        metadata["creationTimestamp"] = .string(now.wholeSeconds)
        metadata["generation"] = kind.generation == .content ? 1 : .none
        object["metadata"] = metadata
        if !kind.isCustom { BuiltInStrategy.initialize(&object, kind) }
    }

    /// Keeps from the old state what a write through this endpoint may not change.
    func prepareChange(_ object: inout JSON, from old: JSON, subresource: String?) {
        if subresource == "status" {
            var kept = old
            kept["status"] = object["status"]
            object = kept
            return
        }
        if kind.hasStatus { object["status"] = old["status"] }
        var metadata = object["metadata"] ?? .object([:])
        for name in [
            "uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds",
            "resourceVersion",
            "generateName", "selfLink",
        ] {
            metadata[name] = old["metadata"]?[name]
        }
        metadata["managedFields"] = nil
        object["metadata"] = metadata
        if !kind.isCustom { BuiltInStrategy.carryOver(&object, from: old, kind) }
    }

    /// - Throws: 422 with everything that is wrong.
    func validate(_ object: JSON, old: JSON?) throws(APIError) {
        var causes = ObjectMetadata.faults(object["metadata"] ?? .null, name: BuiltInStrategy.nameRule(kind))
        if let old { causes += finalizerFaults(object, old) }
        if kind.isCustom {
            var validation = SchemaValidation()
            var content = object
            content["metadata"] = nil
            validation.validate(content, kind.schema)
            causes += validation.causes
        } else {
            causes += BuiltInStrategy.faults(object, old: old, kind)
        }
        if !causes.isEmpty { throw .invalid(kind, object["metadata"]?["name"]?.string ?? "", causes) }
    }

    /// Sets the generation of a changed object.
    func countGeneration(_ object: inout JSON, from old: JSON) {
        guard kind.generation == .content, content(object) != content(old) else { return }
        let generation = old["metadata"]?["generation"]?.int ?? 0
        object[["metadata", "generation"]] = .int(Int64(generation + 1))
    }

    private func content(_ object: JSON) -> [String: JSON] {
        var fields = object.object ?? [:]
        fields["metadata"] = nil
        fields["apiVersion"] = nil
        if kind.hasStatus { fields["status"] = nil }
        return fields
    }

    /// An object on its way out takes no new finalizers.
    private func finalizerFaults(_ object: JSON, _ old: JSON) -> [APIError.Cause] {
        guard old["metadata"]?["deletionTimestamp"] != nil else { return [] }
        let before = Set(old["metadata"]?["finalizers"]?.array ?? [])
        let added = (object["metadata"]?["finalizers"]?.array ?? []).filter { !before.contains($0) }
        guard !added.isEmpty else { return [] }
        let list = added.map(\.description).joined(separator: ", ")
        return [
            APIError.Cause(
                "FieldValueForbidden",
                "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\(list)}",
                field: "metadata.finalizers")
        ]
    }
}

extension JSON {
    /// The beginning of the text, for messages.
    fileprivate var abridged: String {
        let text = description
        return text.utf8.count <= 256 ? text : String(text.prefix(256)) + "…"
    }
}
