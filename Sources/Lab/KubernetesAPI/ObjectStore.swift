import Core
import PKI

/// The one store behind all listeners of the lab's API: objects, what is served, history, ownership.
///
/// Each call is one transaction. Writes take effect in the order of `resourceVersion`, which counts all changes of the
/// store. Controllers of the control plane that other parts rely on (namespace deletion, garbage collection, naming of
/// CRDs) run inside of the transaction that gives them work; there are none for workloads.
actor ObjectStore {
    let clock: any WallClock
    /// How many changes of each resource a watch can start from.
    private let historyLimit: Int
    private(set) var kinds: [GroupVersion: [String: ResourceKind]] = [:]
    /// Counts changes of what is served.
    private(set) var discoveryRevision = 0
    private(set) var resourceVersion = 1
    var collections: [String: ResourceCollection] = [:]
    /// Every object that is there, by UID.
    private(set) var references: [String: ObjectReference] = [:]
    /// The objects that name a UID as their owner.
    private(set) var dependents: [String: Set<ObjectReference>] = [:]
    /// How many objects a namespace holds.
    private(set) var population: [String: Int] = [:]
    /// Objects that leave when something else has left.
    var terminating: Set<ObjectReference> = []
    /// Objects whose owners have to be looked at.
    var ownershipChecks: [ObjectReference] = []
    private var nextWatcher = 0

    init(clock: any WallClock, historyLimit: Int) {
        self.clock = clock
        self.historyLimit = historyLimit
        for kind in BuiltInResources.all {
            kinds[kind.groupVersion, default: [:]][kind.plural] = kind
            collections[kind.storageName] = ResourceCollection(at: 1)
        }
    }

    // MARK: What is served

    /// - Throws: 404 for a path that names no resource.
    func kind(_ address: ResourceAddress) throws(APIError) -> ResourceKind {
        guard let kind = kinds[address.groupVersion]?[address.plural], kind.isNamespaced || address.namespace == nil
        else { throw .unknownPath }
        if let subresource = address.subresource, subresource != "status" || !kind.hasStatus { throw .unknownPath }
        return kind
    }

    var allKinds: [ResourceKind] { kinds.values.flatMap(\.values) }

    func serve(_ new: [ResourceKind], insteadOf plural: String, group: String) {
        for groupVersion in Array(kinds.keys) where groupVersion.group == group {
            kinds[groupVersion]?[plural] = nil
            if kinds[groupVersion]?.isEmpty == true { kinds[groupVersion] = nil }
        }
        for kind in new {
            kinds[kind.groupVersion, default: [:]][kind.plural] = kind
            if collections[kind.storageName]?.isEnded ?? true {
                collections[kind.storageName] = ResourceCollection(at: resourceVersion)
            }
        }
        discoveryRevision += 1
    }

    /// Ends a resource: its watches read what is left of its history and end.
    func end(_ storageName: String) {
        for watcher in (collections[storageName]?.watchers ?? [:]).values { watcher.finish() }
        collections[storageName]?.isEnded = true
    }

    // MARK: Objects

    func object(_ reference: ObjectReference) -> StoredObject? {
        collections[reference.resource]?.objects[reference.key]
    }

    /// - Throws: 404.
    func get(_ address: ResourceAddress) throws(APIError) -> (ResourceKind, StoredObject) {
        let kind = try kind(address)
        return (kind, try existing(kind, address))
    }

    func existing(_ kind: ResourceKind, _ address: ResourceAddress) throws(APIError) -> StoredObject {
        let name = address.name ?? ""
        let key = StoreKey(namespace: address.namespace ?? "", name: name)
        guard !kind.isNamespaced || address.namespace != nil,
            let object = collections[kind.storageName]?.objects[key]
        else { throw .notFound(kind, name) }
        return object
    }

    /// Puts a new state of an object into the store and returns it.
    @discardableResult
    func commit(_ reference: ObjectReference, _ body: JSON, _ managed: ManagedFields) -> StoredObject {
        let old = object(reference)
        resourceVersion += 1
        var body = body
        body[["metadata", "resourceVersion"]] = .string(String(resourceVersion))
        let object = StoredObject(
            key: reference.key, resourceVersion: resourceVersion, body: body, managed: managed)
        let event = HistoryEvent(change: old == nil ? .added : .modified, object: object, previous: old)
        collections[reference.resource]?.record(event, limit: historyLimit)
        if old == nil {
            references[object.uid] = reference
            population[reference.key.namespace, default: 0] += 1
        }
        link(reference, from: old, to: object)
        return object
    }

    /// Takes an object out of the store.
    func remove(_ reference: ObjectReference) {
        guard let old = object(reference) else { return }
        resourceVersion += 1
        let event = HistoryEvent(change: .deleted, object: old.at(resourceVersion), previous: old)
        collections[reference.resource]?.record(event, limit: historyLimit)
        references[old.uid] = nil
        population[reference.key.namespace, default: 1] -= 1
        terminating.remove(reference)
        link(reference, from: old, to: nil)
        ownershipChecks += Array(dependents[old.uid] ?? [])
        if reference.resource == CustomResourceDefinition.storageName { withdraw(old.body) }
    }

    /// Keeps the index of owners.
    private func link(_ reference: ObjectReference, from old: StoredObject?, to new: StoredObject?) {
        let before = Set(old.map(OwnerReference.uids) ?? [])
        let after = Set(new.map(OwnerReference.uids) ?? [])
        guard before != after else { return }
        for uid in before.subtracting(after) {
            dependents[uid]?.remove(reference)
            if dependents[uid]?.isEmpty == true { dependents[uid] = nil }
        }
        for uid in after.subtracting(before) { dependents[uid, default: []].insert(reference) }
        if new != nil { ownershipChecks.append(reference) }
    }

    func sortedKeys(_ storageName: String) -> [StoreKey] {
        collections[storageName]?.sortedKeys() ?? []
    }

    // MARK: Watching

    /// Gives a signal for each change of a resource, until ``unsubscribe(_:_:)`` or the end of the resource.
    func subscribe(_ storageName: String, _ watcher: AsyncStream<WatchSignal>.Continuation) -> Int {
        nextWatcher += 1
        if collections[storageName]?.isEnded ?? true {
            watcher.finish()
        } else {
            collections[storageName]?.watchers[nextWatcher] = watcher
        }
        return nextWatcher
    }

    func unsubscribe(_ storageName: String, _ id: Int) {
        collections[storageName]?.watchers.removeValue(forKey: id)?.finish()
    }

    /// What happened to a resource after a resource version, and up to which one that is all.
    ///
    /// - Throws: 410 when the history does not reach back so far.
    func changes(of storageName: String, after version: Int) throws(APIError) -> (events: [HistoryEvent], upTo: Int) {
        guard let collection = collections[storageName] else { return ([], resourceVersion) }
        guard let events = collection.events(after: version) else {
            throw .expired("too old resource version: \(version) (\(collection.compacted))")
        }
        return (Array(events), resourceVersion)
    }

    /// Forgets the history of all resources.
    func compact() {
        for name in Array(collections.keys) { collections[name]?.compact() }
    }
}

/// The owners that an object names.
enum OwnerReference {
    static func uids(_ object: StoredObject) -> [String] {
        (object.metadata["ownerReferences"]?.array ?? []).compactMap { $0["uid"]?.string }
    }
}
