import Core

/// One change of one object.
struct HistoryEvent: Sendable {
    enum Change: String, Sendable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
    }

    let change: Change
    /// The state after the change; of a deletion the last state with the resource version of the deletion.
    let object: StoredObject
    /// The state before; nil for a new object.
    let previous: StoredObject?
}

/// All objects of one resource, with what happened to them lately.
struct ResourceCollection {
    private(set) var objects: [StoreKey: StoredObject] = [:]
    /// In the order of resource versions.
    private(set) var history: [HistoryEvent] = []
    /// Changes up to this resource version are no longer in the history.
    private(set) var compacted: Int
    /// Set when the resource is no longer served; the history stays for the watches that are ending.
    var isEnded = false
    var watchers: [Int: AsyncStream<WatchSignal>.Continuation] = [:]
    private var order: [StoreKey]?

    /// - Parameter resourceVersion: when the resource came into being.
    init(at resourceVersion: Int) {
        compacted = resourceVersion
    }

    /// Takes in a change, wakes the watchers and drops history beyond the limit.
    mutating func record(_ event: HistoryEvent, limit: Int) {
        let key = event.object.key
        switch event.change {
        case .added:
            objects[key] = event.object
            order = nil
        case .modified: objects[key] = event.object
        case .deleted:
            objects[key] = nil
            order = nil
        }
        history.append(event)
        if history.count > 2 * limit { drop(history.count - limit) }
        for watcher in watchers.values { watcher.yield(.change) }
    }

    /// Forgets the history, as etcd's compaction does.
    mutating func compact() {
        drop(history.count)
    }

    private mutating func drop(_ count: Int) {
        guard count > 0 else { return }
        compacted = history[count - 1].object.resourceVersion
        history.removeFirst(count)
    }

    /// All keys in the order of lists.
    mutating func sortedKeys() -> [StoreKey] {
        if let order { return order }
        let keys = objects.keys.sorted()
        order = keys
        return keys
    }

    /// The events after a resource version; nil when they are no longer known.
    func events(after resourceVersion: Int) -> ArraySlice<HistoryEvent>? {
        guard resourceVersion >= compacted else { return nil }
        var (low, high) = (0, history.count)
        while low < high {
            let middle = (low + high) / 2
            if history[middle].object.resourceVersion <= resourceVersion { low = middle + 1 } else { high = middle }
        }
        return history[low...]
    }

    /// The objects as they were at a resource version; nil when that is no longer known.
    func objects(at resourceVersion: Int) -> [StoreKey: StoredObject]? {
        guard let since = events(after: resourceVersion) else { return nil }
        var past = objects
        for event in since.reversed() { past[event.object.key] = event.previous }
        return past
    }
}
