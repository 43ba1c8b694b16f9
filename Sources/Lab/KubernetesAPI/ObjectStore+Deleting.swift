import Core

/// How an object is to be deleted (`metav1.DeleteOptions`).
struct DeleteOptions: Sendable {
    enum Propagation: String, Sendable {
        case background = "Background"
        case foreground = "Foreground"
        case orphan = "Orphan"
    }

    var propagation = Propagation.background
    var isDryRun = false
    var uid: String?
    var resourceVersion: String?

    static let foregroundFinalizer = "foregroundDeletion"
    static let orphanFinalizer = "orphan"
}

/// What came of a deletion.
struct DeleteResult: Sendable {
    var kind: ResourceKind
    /// The last state that was seen.
    var object: StoredObject
    /// Whether it is gone already; otherwise finalizers, or its contents, hold it.
    var isRemoved: Bool
}

extension ObjectStore {
    /// - Throws: 404; 409 when a precondition does not hold.
    func delete(_ address: ResourceAddress, _ options: DeleteOptions) throws(APIError) -> DeleteResult {
        let kind = try kind(address)
        let old = try existing(kind, address)
        if let uid = options.uid, uid != old.uid {
            throw .conflict(
                kind, old.key.name, "Precondition failed: UID in precondition: \(uid), UID in object meta: \(old.uid)")
        }
        if let version = options.resourceVersion, version != String(old.resourceVersion) {
            throw .conflict(
                kind, old.key.name,
                "Precondition failed: ResourceVersion in precondition: \(version), ResourceVersion in object meta: \(old.resourceVersion)"
            )
        }
        let reference = ObjectReference(resource: kind.storageName, key: old.key)
        guard !options.isDryRun else {
            return DeleteResult(kind: kind, object: old, isRemoved: old.finalizers.isEmpty)
        }
        beginDeletion(reference, options.propagation)
        let marked = object(reference)
        settle()
        let left = object(reference)
        return DeleteResult(kind: kind, object: left ?? marked ?? old, isRemoved: left == nil)
    }

    /// Deletes all objects that selectors pick, and returns them.
    func deleteAll(_ selection: ListSelection, _ options: DeleteOptions) throws(APIError) -> ListResult {
        let result = try list(selection)
        guard !options.isDryRun else { return result }
        for object in result.objects {
            beginDeletion(
                ObjectReference(resource: result.kind.storageName, key: object.key), options.propagation)
        }
        settle()
        return result
    }

    /// Removes an object, or marks it where something has to happen first.
    func beginDeletion(_ reference: ObjectReference, _ propagation: DeleteOptions.Propagation) {
        guard let old = object(reference) else { return }
        var finalizers = old.finalizers.filter {
            old.isTerminating || ($0 != DeleteOptions.foregroundFinalizer && $0 != DeleteOptions.orphanFinalizer)
        }
        func hold(_ finalizer: String) {
            if !finalizers.contains(finalizer) { finalizers.append(finalizer) }
        }
        switch propagation {
        case .background: break
        case .foreground: hold(DeleteOptions.foregroundFinalizer)
        case .orphan: hold(DeleteOptions.orphanFinalizer)
        }
        let isNamespace = reference.resource == "namespaces"
        if reference.resource == CustomResourceDefinition.storageName {
            hold(CustomResourceDefinition.cleanupFinalizer)
        }
        guard isNamespace || !finalizers.isEmpty else {
            remove(reference)
            return
        }
        guard !old.isTerminating || finalizers != old.finalizers else { return }
        var body = old.body
        if !old.isTerminating {
            body[["metadata", "deletionTimestamp"]] = .string(clock.now.wholeSeconds)
            body[["metadata", "deletionGracePeriodSeconds"]] = 0
            if let generation = body["metadata"]?["generation"]?.int {
                body[["metadata", "generation"]] = .int(Int64(generation + 1))
            }
        }
        if isNamespace { body[["status", "phase"]] = "Terminating" }
        body[["metadata", "finalizers"]] = finalizers.isEmpty ? .none : .strings(finalizers)
        commit(reference, body, old.managed)
        terminating.insert(reference)
    }

    /// Does all that follows from what just happened: garbage collection, leaving of what has nothing left to wait for.
    func settle() {
        while !ownershipChecks.isEmpty || !terminating.isEmpty {
            var isChanged = false
            while let reference = ownershipChecks.popLast() { isChanged = checkOwners(of: reference) || isChanged }
            for reference in terminating { isChanged = finish(reference) || isChanged }
            if !isChanged, ownershipChecks.isEmpty { return }
        }
    }

    /// Deletes an object all of whose owners are gone, and forgets single ones that are.
    private func checkOwners(of reference: ObjectReference) -> Bool {
        guard let dependent = object(reference), let owners = dependent.metadata["ownerReferences"]?.array,
            !owners.isEmpty
        else { return false }
        let present = owners.filter { owner in
            guard let owner = owner["uid"]?.string.flatMap({ references[$0] }) else { return false }
            return owner.key.namespace.isEmpty || owner.key.namespace == reference.key.namespace
        }
        guard present.count < owners.count else { return false }
        if present.isEmpty {
            guard !dependent.isTerminating else { return false }
            beginDeletion(reference, .background)
        } else {
            var body = dependent.body
            body[["metadata", "ownerReferences"]] = .array(present)
            commit(reference, body, dependent.managed)
        }
        return true
    }

    /// One step of an object on its way out; whether anything happened.
    private func finish(_ reference: ObjectReference) -> Bool {
        guard let object = object(reference), object.isTerminating else {
            terminating.remove(reference)
            return false
        }
        var isChanged = false
        var finalizers = object.finalizers
        if reference.resource == "namespaces" {
            isChanged = empty(namespace: reference.key.name)
            guard population[reference.key.name] ?? 0 == 0 else { return isChanged }
        }
        if finalizers.contains(CustomResourceDefinition.cleanupFinalizer) {
            isChanged = deleteInstances(of: object.body) || isChanged
            if instances(of: object.body).isEmpty {
                finalizers.removeAll { $0 == CustomResourceDefinition.cleanupFinalizer }
            }
        }
        let dependents = dependents[object.uid] ?? []
        if finalizers.contains(DeleteOptions.orphanFinalizer) {
            for dependent in dependents { disown(dependent, object.uid) }
            finalizers.removeAll { $0 == DeleteOptions.orphanFinalizer }
        } else if finalizers.contains(DeleteOptions.foregroundFinalizer) {
            for dependent in dependents where self.object(dependent)?.isTerminating == false {
                beginDeletion(dependent, .foreground)
                isChanged = true
            }
            if !dependents.contains(where: { blocks($0, object.uid) }) {
                finalizers.removeAll { $0 == DeleteOptions.foregroundFinalizer }
            }
        }
        guard finalizers.isEmpty || finalizers != object.finalizers else { return isChanged }
        if finalizers.isEmpty {
            remove(reference)
        } else {
            var body = object.body
            body[["metadata", "finalizers"]] = .strings(finalizers)
            commit(reference, body, object.managed)
        }
        return true
    }

    private func blocks(_ dependent: ObjectReference, _ uid: String) -> Bool {
        (object(dependent)?.metadata["ownerReferences"]?.array ?? []).contains {
            $0["uid"]?.string == uid && $0["blockOwnerDeletion"] == true
        }
    }

    private func disown(_ dependent: ObjectReference, _ uid: String) {
        guard let object = object(dependent) else { return }
        var body = object.body
        let owners = (object.metadata["ownerReferences"]?.array ?? []).filter { $0["uid"]?.string != uid }
        body[["metadata", "ownerReferences"]] = owners.isEmpty ? .none : .array(owners)
        commit(dependent, body, object.managed)
    }

    /// Begins the deletion of all that a namespace holds.
    private func empty(namespace: String) -> Bool {
        guard population[namespace] ?? 0 > 0 else { return false }
        var isChanged = false
        for (resource, collection) in collections {
            for (key, object) in collection.objects where key.namespace == namespace && !object.isTerminating {
                beginDeletion(ObjectReference(resource: resource, key: key), .background)
                isChanged = true
            }
        }
        return isChanged
    }

    // MARK: Custom resource definitions

    private func storageName(of crd: JSON) -> String {
        "\(crd["spec"]?["names"]?["plural"]?.string ?? "").\(crd["spec"]?["group"]?.string ?? "")"
    }

    private func instances(of crd: JSON) -> [StoreKey: StoredObject] {
        collections[storageName(of: crd)]?.objects ?? [:]
    }

    private func deleteInstances(of crd: JSON) -> Bool {
        var isChanged = false
        for (key, object) in instances(of: crd) where !object.isTerminating {
            beginDeletion(ObjectReference(resource: storageName(of: crd), key: key), .background)
            isChanged = true
        }
        return isChanged
    }

    /// Accepts the names of a new or changed CRD, serves its versions and says so in its status.
    func accept(_ reference: ObjectReference) {
        guard let crd = object(reference) else { return }
        let kinds = CustomResourceDefinition.kinds(crd.body)
        let group = crd.body["spec"]?["group"]?.string ?? ""
        let plural = crd.body["spec"]?["names"]?["plural"]?.string ?? ""
        let conflict = nameConflict(crd.body, group: group, plural: plural)
        var body = crd.body
        body["status"] = CustomResourceDefinition.status(crd.body, conflict: conflict, now: clock.now)
        serve(conflict == nil ? kinds : [], insteadOf: plural, group: group)
        guard body != crd.body,
            let kind = self.kinds[GroupVersion(group: "apiextensions.k8s.io", version: "v1")]?[
                "customresourcedefinitions"]
        else { return }
        let author = ManagedFieldsEntry(
            manager: "kube-apiserver", operation: .update, apiVersion: kind.apiVersion, subresource: "status",
            time: clock.now)
        let managed = FieldManager(kind: kind, author: author).updated(crd.managed, from: crd.body, to: body)
        commit(reference, body, managed)
    }

    private func nameConflict(_ crd: JSON, group: String, plural: String) -> String? {
        let names = crd["spec"]?["names"]
        let others = allKinds.filter { $0.group == group && $0.plural != plural }
        for other in others {
            if other.kind == names?["kind"]?.string { return "\(other.kind.quoted) is already in use" }
            for short in (names?["shortNames"]?.array ?? []).compactMap(\.string) where other.shortNames.contains(short)
            {
                return "\(short.quoted) is already in use"
            }
        }
        return nil
    }

    /// Ends the serving of a CRD that is gone.
    func withdraw(_ crd: JSON) {
        serve([], insteadOf: crd["spec"]?["names"]?["plural"]?.string ?? "", group: crd["spec"]?["group"]?.string ?? "")
        end(storageName(of: crd))
    }
}
