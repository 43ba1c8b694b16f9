import Core
import PKI

/// How a write is to be done.
struct WriteOptions: Sendable {
    enum FieldValidation: String, Sendable {
        case ignore = "Ignore"
        case warn = "Warn"
        case strict = "Strict"
    }

    var manager: String
    var isDryRun = false
    var isForced = false
    var fieldValidation = FieldValidation.warn
}

/// What came of a write.
struct WriteResult: Sendable {
    var kind: ResourceKind
    var object: StoredObject
    var isCreated = false
    var warnings: [String] = []
}

/// A change of an object in one of the ways that PATCH knows.
enum Patch: Sendable {
    case merge(JSON)
    case json([JSONPatchOperation])
    case strategic(JSON)
    case apply(JSON)
}

extension ObjectStore {
    /// - Throws: 409 if the name is taken, 422 if the object is invalid, 404 or 403 for the namespace.
    func create(_ object: JSON, _ address: ResourceAddress, _ options: WriteOptions) throws(APIError) -> WriteResult {
        let kind = try kind(address)
        guard address.name == nil, address.subresource == nil, !kind.isNamespaced || address.namespace != nil else {
            throw .methodNotAllowed("POST")
        }
        if let version = object["metadata"]?["resourceVersion"]?.string, !version.isEmpty {
            throw .badRequest("resourceVersion should not be set on objects to be created")
        }
        return try insert(object, kind, address, options, author: author(kind, address, .update, options)) {
            ($0, $1.updated(ManagedFields(), from: nil, to: $0))
        }
    }

    /// - Throws: 404, 409 when the object has changed since it was read, 422.
    func replace(_ object: JSON, _ address: ResourceAddress, _ options: WriteOptions) throws(APIError) -> WriteResult {
        let kind = try kind(address)
        let old = try existing(kind, address)
        var object = object
        _ = try ObjectStrategy(kind: kind, now: clock.now).identify(&object, address)
        if kind.isCustom, object["metadata"]?["resourceVersion"]?.string?.isEmpty ?? true {
            throw .invalid(
                kind, old.key.name,
                [
                    APIError.Cause(
                        "FieldValueInvalid", "Invalid value: 0x0: must be specified for an update",
                        field: "metadata.resourceVersion")
                ])
        }
        return try change(old, to: object, kind, address, options)
    }

    func patch(_ patch: Patch, _ address: ResourceAddress, _ options: WriteOptions) throws(APIError) -> WriteResult {
        let kind = try kind(address)
        if case .apply(let config) = patch { return try apply(config, kind, address, options) }
        let old = try existing(kind, address)
        var object = old.json(as: kind)
        switch patch {
        case .merge(let patch): object = object.mergePatched(patch)
        case .strategic(let patch):
            guard !kind.isCustom else {
                throw .unsupportedMediaType(
                    "application/strategic-merge-patch+json",
                    accepted: [
                        "application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml",
                    ])
            }
            object = object.strategicallyPatched(patch, kind.schema)
        case .json(let operations):
            for operation in operations { try operation.apply(to: &object) }
        case .apply: break
        }
        _ = try ObjectStrategy(kind: kind, now: clock.now).identify(&object, address)
        return try change(old, to: object, kind, address, options)
    }

    // MARK: The two ways into the store

    func author(
        _ kind: ResourceKind, _ address: ResourceAddress, _ operation: ManagedFieldsEntry.Operation,
        _ options: WriteOptions
    ) -> ManagedFieldsEntry {
        ManagedFieldsEntry(
            manager: options.manager, operation: operation, apiVersion: kind.apiVersion,
            subresource: address.subresource,
            time: clock.now)
    }

    func insert(
        _ object: JSON, _ kind: ResourceKind, _ address: ResourceAddress, _ options: WriteOptions,
        author: ManagedFieldsEntry,
        _ account: (JSON, FieldManager) throws(APIError) -> (JSON, ManagedFields)
    ) throws(APIError) -> WriteResult {
        let strategy = ObjectStrategy(kind: kind, now: clock.now)
        var object = object
        var key = try strategy.identify(&object, address)
        if key.name.isEmpty { key.name = try generateName(&object, kind, key.namespace) }
        if kind.isNamespaced { try checkNamespace(key, kind) }
        strategy.prepareNew(&object, uid: MachineUUID.random.description)
        let dropped = strategy.normalize(&object)
        let warnings = try self.warnings(dropped, kind, options)
        try strategy.validate(object, old: nil)
        let reference = ObjectReference(resource: kind.storageName, key: key)
        guard self.object(reference) == nil else { throw .alreadyExists(kind, key.name) }
        let (body, managed) = try account(object, FieldManager(kind: kind, author: author))
        let stored = kind.store(body)
        guard !options.isDryRun else {
            let state = StoredObject(key: key, resourceVersion: 0, body: stored, managed: managed)
            return WriteResult(kind: kind, object: state, isCreated: true, warnings: warnings)
        }
        if kind.form == .stored, kind.kind == "Service", !kind.isCustom {
            commit(reference, ServiceAddresses.assign(stored, resourceVersion), managed)
        } else {
            commit(reference, stored, managed)
        }
        let created = self.object(reference)
        if kind.storageName == CustomResourceDefinition.storageName { accept(reference) }
        settle()
        return WriteResult(
            kind: kind, object: created ?? StoredObject(key: key, resourceVersion: 0, body: stored, managed: managed),
            isCreated: true, warnings: warnings)
    }

    func change(
        _ old: StoredObject, to new: JSON, _ kind: ResourceKind, _ address: ResourceAddress, _ options: WriteOptions,
        managed applied: ManagedFields? = nil
    ) throws(APIError) -> WriteResult {
        let strategy = ObjectStrategy(kind: kind, now: clock.now)
        try checkPreconditions(new, old, kind)
        let before = kind.show(old.body)
        var object = new
        let sent = object["metadata"]?["managedFields"]
        strategy.prepareChange(&object, from: before, subresource: address.subresource)
        let dropped = strategy.normalize(&object)
        let warnings = try self.warnings(dropped, kind, options)
        try strategy.validate(object, old: before)
        let managed = applied ?? account(sent, old, from: before, to: object, kind, address, options)
        strategy.countGeneration(&object, from: before)
        let stored = kind.store(object)
        let reference = ObjectReference(resource: kind.storageName, key: old.key)
        if stored == old.body, managed.isEqualIgnoringTime(old.managed) {
            return WriteResult(kind: kind, object: old, warnings: warnings)
        }
        guard !options.isDryRun else {
            let state = StoredObject(key: old.key, resourceVersion: old.resourceVersion, body: stored, managed: managed)
            return WriteResult(kind: kind, object: state, warnings: warnings)
        }
        let changed = commit(reference, stored, managed)
        if kind.storageName == CustomResourceDefinition.storageName { accept(reference) }
        if changed.isTerminating { terminating.insert(reference) }
        settle()
        return WriteResult(kind: kind, object: changed, warnings: warnings)
    }

    /// Who owns what after a replace or patch; a client may set the account itself, `[{}]` clears it.
    private func account(
        _ sent: JSON?, _ old: StoredObject, from before: JSON, to object: JSON, _ kind: ResourceKind,
        _ address: ResourceAddress, _ options: WriteOptions
    ) -> ManagedFields {
        var base = old.managed
        if address.subresource == nil, let sent {
            if sent == [[:]] {
                base = ManagedFields()
            } else if sent != old.managed.json, let theirs = ManagedFields(json: sent, now: clock.now) {
                base = theirs
            }
        }
        let manager = FieldManager(kind: kind, author: author(kind, address, .update, options))
        return manager.updated(base, from: before, to: object)
    }

    private func checkPreconditions(_ new: JSON, _ old: StoredObject, _ kind: ResourceKind) throws(APIError) {
        if let uid = new["metadata"]?["uid"]?.string, !uid.isEmpty, uid != old.uid {
            throw .conflict(
                kind, old.key.name, "Precondition failed: UID in precondition: \(uid), UID in object meta: \(old.uid)")
        }
        if let version = new["metadata"]?["resourceVersion"]?.string, !version.isEmpty, version != "0",
            version != String(old.resourceVersion)
        {
            throw .modified(kind, old.key.name)
        }
    }

    private func checkNamespace(_ key: StoreKey, _ kind: ResourceKind) throws(APIError) {
        let reference = ObjectReference(resource: "namespaces", key: StoreKey(namespace: "", name: key.namespace))
        guard let namespace = object(reference) else {
            var error = APIError(404, "NotFound", "namespaces \(key.namespace.quoted) not found")
            error.name = key.namespace
            error.kind = "namespaces"
            throw error
        }
        if namespace.isTerminating {
            var error = APIError.forbidden(
                kind, key.name,
                "unable to create new content in namespace \(key.namespace) because it is being terminated")
            error.causes = [
                APIError.Cause(
                    "NamespaceTerminating", "namespace \(key.namespace) is being terminated",
                    field: "metadata.namespace")
            ]
            throw error
        }
    }

    private func generateName(
        _ object: inout JSON, _ kind: ResourceKind, _ namespace: String
    ) throws(APIError) -> String {
        guard let prefix = object["metadata"]?["generateName"]?.string, !prefix.isEmpty else {
            throw .invalid(
                kind, "",
                [
                    APIError.Cause(
                        "FieldValueRequired", "Required value: name or generateName is required", field: "metadata.name"
                    )
                ])
        }
        let name = prefix.prefix(58) + Random.text(5, of: "bcdfghjklmnpqrstvwxz2456789")
        object[["metadata", "name"]] = .string(String(name))
        return String(name)
    }

    private func warnings(
        _ dropped: [String], _ kind: ResourceKind, _ options: WriteOptions
    ) throws(APIError) -> [String] {
        let unknown = dropped.map { "unknown field \($0.quoted)" }
        if options.fieldValidation == .strict, !unknown.isEmpty {
            throw .badRequest(
                "\(kind.kind) in version \(kind.version.quoted) cannot be handled as a \(kind.kind): strict decoding error: "
                    + unknown.joined(separator: ", "))
        }
        let own = kind.deprecation.map { [$0] } ?? []
        return options.fieldValidation == .warn ? own + unknown : own
    }
}

extension MachineUUID {
    /// A version 4 UUID (RFC 9562 5.4).
    fileprivate static var random: String {
        var octets = Random.bytes(16)
        octets[6] = octets[6] & 0x0F | 0x40
        octets[8] = octets[8] & 0x3F | 0x80
        return MachineUUID(octets: octets)?.description ?? ""
    }
}

/// Cluster addresses of Services, out of 10.96.0.0/12, never given twice.
private enum ServiceAddresses {
    static func assign(_ service: JSON, _ number: Int) -> JSON {
        guard service["spec"]?["clusterIP"] == nil, service["spec"]?["type"]?.string != "ExternalName",
            let address = IPAddress(v4: 10, 96, 0, 0).advanced(by: 2 + number % 1_048_000)
        else { return service }
        var service = service
        service[["spec", "clusterIP"]] = .string(address.description)
        service[["spec", "clusterIPs"]] = [.string(address.description)]
        service[["spec", "ipFamilies"]] = ["IPv4"]
        service[["spec", "ipFamilyPolicy"]] = "SingleStack"
        return service
    }
}
