import Core

/// One entry of `metadata.managedFields`: the fields that one manager set, with one kind of operation, through one
/// subresource.
struct ManagedFieldsEntry: Sendable, Hashable {
    enum Operation: String, Sendable, Hashable {
        case apply = "Apply"
        case update = "Update"
    }

    var manager: String
    var operation: Operation
    var apiVersion: String
    var subresource: String?
    var time: Timestamp
    var fields: FieldSet

    func isSameManager(as other: ManagedFieldsEntry) -> Bool {
        manager == other.manager && operation == other.operation && subresource == other.subresource
            && (operation == .apply || apiVersion == other.apiVersion)
    }

    /// How a conflict names the manager.
    var text: String {
        var text = JSON.string(manager).description
        if let subresource { text += " with subresource \(JSON.string(subresource))" }
        if operation == .update { text += " using \(apiVersion)" }
        return text
    }

    var json: JSON {
        .fields([
            "manager": .string(manager), "operation": .string(operation.rawValue), "apiVersion": .string(apiVersion),
            "time": .string(time.wholeSeconds), "fieldsType": "FieldsV1", "fieldsV1": fields.json,
            "subresource": subresource.map(JSON.string),
        ])
    }

    init(
        manager: String, operation: Operation, apiVersion: String, subresource: String?, time: Timestamp,
        fields: FieldSet = FieldSet()
    ) {
        self.manager = manager
        self.operation = operation
        self.apiVersion = apiVersion
        self.subresource = subresource
        self.time = time
        self.fields = fields
    }

    /// Reads an entry that a client sent; nil if it is none.
    init?(json: JSON, now: Timestamp) {
        guard let operation = json["operation"]?.string.flatMap(Operation.init), json["fieldsType"] == "FieldsV1",
            let apiVersion = json["apiVersion"]?.string, let fields = FieldSet(json: json["fieldsV1"] ?? .object([:]))
        else { return nil }
        self.init(
            manager: json["manager"]?.string ?? "", operation: operation, apiVersion: apiVersion,
            subresource: json["subresource"]?.string.flatMap { $0.isEmpty ? nil : $0 },
            time: json["time"]?.string.flatMap { Timestamp($0) } ?? now, fields: fields)
    }
}

/// The entries of one object.
struct ManagedFields: Sendable, Hashable {
    private(set) var entries: [ManagedFieldsEntry] = []
    /// How many update entries are kept; the oldest are put together as `ancient-changes`.
    private static let maximumUpdates = 10

    init(_ entries: [ManagedFieldsEntry] = []) {
        self.entries = entries.filter { !$0.fields.isEmpty }
    }

    /// Reads `metadata.managedFields`; nil when there are none or one is unreadable.
    init?(json: JSON?, now: Timestamp) {
        guard let array = json?.array, !array.isEmpty, array.count <= 100 else { return nil }
        let read = array.compactMap { ManagedFieldsEntry(json: $0, now: now) }
        guard read.count == array.count else { return nil }
        self.init(read)
    }

    var json: JSON { .array(sorted.map(\.json)) }

    private var sorted: [ManagedFieldsEntry] {
        entries.sorted {
            ($0.operation.rawValue, $0.time.seconds, $0.manager, $0.apiVersion, $0.subresource ?? "")
                < ($1.operation.rawValue, $1.time.seconds, $1.manager, $1.apiVersion, $1.subresource ?? "")
        }
    }

    func entry(like author: ManagedFieldsEntry) -> ManagedFieldsEntry? {
        entries.first { $0.isSameManager(as: author) }
    }

    /// Every field that anyone owns.
    var all: FieldSet { entries.reduce(FieldSet()) { $0.union($1.fields) } }

    /// Whether the same managers own the same fields, whenever they last did.
    func isEqualIgnoringTime(_ other: ManagedFields) -> Bool {
        entries.count == other.entries.count
            && entries.allSatisfy { entry in other.entry(like: entry)?.fields == entry.fields }
    }

    /// Sets what the author owns, with its time only where that differs from before.
    mutating func set(_ author: ManagedFieldsEntry, _ fields: FieldSet) {
        var entry = author
        entry.fields = fields
        if let index = entries.firstIndex(where: { $0.isSameManager(as: author) }) {
            if fields.isEmpty {
                entries.remove(at: index)
            } else if entries[index].fields != fields || entries[index].apiVersion != author.apiVersion {
                entries[index] = entry
            }
        } else if !fields.isEmpty {
            entries.append(entry)
        }
    }

    /// Changes what all others own.
    mutating func forOthers(than author: ManagedFieldsEntry, _ change: (FieldSet) -> FieldSet) {
        entries = entries.compactMap { entry in
            guard !entry.isSameManager(as: author) else { return entry }
            var entry = entry
            entry.fields = change(entry.fields)
            return entry.fields.isEmpty ? nil : entry
        }
    }

    /// Bounds the number of update entries.
    mutating func cap() {
        let updates = entries.filter { $0.operation == .update }.sorted { $0.time < $1.time }
        guard updates.count > Self.maximumUpdates else { return }
        let old = updates.prefix(updates.count - Self.maximumUpdates + 1)
        entries.removeAll { entry in old.contains { $0.isSameManager(as: entry) } }
        guard let last = old.last else { return }
        entries.append(
            ManagedFieldsEntry(
                manager: "ancient-changes", operation: .update, apiVersion: last.apiVersion,
                subresource: last.subresource, time: last.time,
                fields: old.reduce(FieldSet()) { $0.union($1.fields) }))
    }
}
