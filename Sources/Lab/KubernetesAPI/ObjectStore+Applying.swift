import Core

/// Server-side apply.
extension ObjectStore {
    /// - Throws: 409 with the fields that others own, 422, 404 for the status of nothing.
    func apply(
        _ config: JSON, _ kind: ResourceKind, _ address: ResourceAddress, _ options: WriteOptions
    ) throws(APIError) -> WriteResult {
        var config = config
        guard config["metadata"]?["managedFields"] == nil else {
            throw .badRequest("metadata.managedFields must be nil")
        }
        if !kind.isCustom { config = config.droppingNulls() }
        let key = try ObjectStrategy(kind: kind, now: clock.now).identify(&config, address)
        try checkDeclared(config, kind, key)
        let author = author(kind, address, .apply, options)
        let live = collections[kind.storageName]?.objects[key]
        guard let live else {
            guard address.subresource == nil, !kind.isNamespaced || address.namespace != nil else {
                throw .notFound(kind, key.name)
            }
            if config["metadata"]?["uid"] != nil {
                throw .conflict(
                    kind, key.name,
                    "uid mismatch: the provided object specified uid \(config["metadata"]?["uid"]?.string ?? ""), and no existing object was found"
                )
            }
            if config["metadata"]?["resourceVersion"] != nil { throw .modified(kind, key.name) }
            let applied = config
            return try insert(applied, kind, address, options, author: author) { (body, manager) throws(APIError) in
                (body, try manager.applied(applied, to: nil, ManagedFields(), force: options.isForced).1)
            }
        }
        let shown = kind.show(live.body)
        let (merged, managed) = try FieldManager(kind: kind, author: author).applied(
            config, to: shown, live.managed, force: options.isForced)
        return try change(live, to: merged, kind, address, options, managed: managed)
    }

    /// An applied object names no item of a list twice, and a custom resource only fields of its schema.
    private func checkDeclared(_ config: JSON, _ kind: ResourceKind, _ key: StoreKey) throws(APIError) {
        var dropped: [String] = []
        if kind.isCustom {
            var copy = config
            copy.prune(kind.schema, noting: &dropped)
        }
        let why: String
        if let first = dropped.min() {
            why = ".\(first): field not declared in schema"
        } else if let (path, element) = TypedList.duplicate(in: config, kind.schema) {
            why = "\(path.pathText): duplicate entries for key \(element.text)"
        } else {
            return
        }
        throw APIError(
            500, "",
            "failed to create typed patch object (\(key.namespace)/\(key.name); \(kind.apiVersion), Kind=\(kind.kind)): \(why)"
        )
    }
}
