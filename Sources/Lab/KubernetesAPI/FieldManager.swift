import Core

/// Keeps account of who owns which field of an object through writes and server-side apply
/// (structured-merge-diff `merge.Updater`).
struct FieldManager {
    let kind: ResourceKind
    /// The writer, with its operation and subresource.
    let author: ManagedFieldsEntry

    private var schema: Schema { kind.schema }

    /// Fields that nobody owns, because the server sets them.
    private static let unowned: FieldSet = {
        var set = FieldSet()
        set.insert([.field("apiVersion")])
        set.insert([.field("kind")])
        set[.field("metadata")] = FieldSet.Entry(isMember: true)
        for name in [
            "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields",
            "resourceVersion",
        ] {
            set.insert([.field("metadata"), .field(name)])
        }
        return set
    }()

    /// Fields that a write through this endpoint does not reach.
    private var unreachable: FieldSet {
        var set = FieldSet()
        if author.subresource == "status" {
            set.insert([.field("metadata")])
            set.insert([.field("spec")])
        } else if kind.hasStatus {
            set.insert([.field("status")])
        }
        return set
    }

    private func owned(_ fields: FieldSet) -> FieldSet {
        fields.subtracting(Self.unowned).subtractingRecursively(unreachable)
    }

    /// The account after a create, replace or patch.
    func updated(_ managed: ManagedFields, from old: JSON?, to new: JSON) -> ManagedFields {
        let comparison = TypedComparison(old, new, schema)
        var managed = managed
        let written = owned(comparison.changed)
        managed.forOthers(than: author) {
            $0.subtracting(written).subtractingRecursively(comparison.removed)
        }
        let before = managed.entry(like: author)?.fields ?? FieldSet()
        managed.set(author, before.subtracting(comparison.removed).union(written))
        managed.cap()
        return managed
    }

    /// Lays an applied object over the live one.
    ///
    /// - Returns: the merged object and the new account.
    /// - Throws: 409 with every field that another manager owns, unless `force`.
    func applied(
        _ config: JSON, to live: JSON?, _ managed: ManagedFields, force: Bool
    ) throws(APIError) -> (JSON, ManagedFields) {
        let base = live ?? .object([:])
        var config = config
        config["status"] = author.subresource == nil && kind.hasStatus ? .none : config["status"]
        let set = owned(FieldSet(of: config, schema))
        let last = managed.entry(like: author)?.fields ?? FieldSet()
        var managed = managed
        managed.set(author, set)
        var merged = base.merging(config, schema)
        if !last.subtracting(set).isEmpty {
            merged = pruned(merged, last: last, all: managed.all.union(FieldSet(of: config, schema)))
        }

        let comparison = TypedComparison(live, merged, schema)
        let changed = comparison.changed.subtractingRecursively(unreachable)
        let conflicts = managed.entries.filter { !$0.isSameManager(as: author) }.map {
            ($0, $0.fields.intersection(changed))
        }
        if !force, conflicts.contains(where: { !$0.1.isEmpty }) { throw FieldManager.conflict(conflicts) }
        managed.forOthers(than: author) { $0.subtracting(changed).subtractingRecursively(comparison.removed) }
        return (merged, managed)
    }

    /// Removes what the manager applied before and no longer does, where nobody else owns it.
    private func pruned(_ merged: JSON, last: FieldSet, all: FieldSet) -> JSON {
        let everything = FieldSet(of: merged, schema).namingFields(schema)
        let named = last.namingFields(schema)
        var pruned = merged.removing(named, schema) ?? .object([:])
        let kept = FieldSet(of: pruned, schema).namingFields(schema).union(all.namingFields(schema))
        pruned = merged.removing(everything.subtracting(kept), schema) ?? .object([:])
        let dropped = everything.subtracting(FieldSet(of: pruned, schema).namingFields(schema)).intersection(named)
        return merged.removing(dropped, schema) ?? .object([:])
    }

    private static func conflict(_ conflicts: [(ManagedFieldsEntry, FieldSet)]) -> APIError {
        let found = conflicts.filter { !$0.1.isEmpty }.sorted { $0.0.text < $1.0.text }
        let count = found.reduce(0) { $0 + $1.1.paths.count }
        let message: String
        if count == 1, let (entry, fields) = found.first, let path = fields.paths.first {
            message = "Apply failed with 1 conflict: conflict with \(entry.text): \(path.pathText)"
        } else {
            let groups = found.map { entry, fields in
                "conflicts with \(entry.text):\n- " + fields.paths.map(\.pathText).joined(separator: "\n- ")
            }
            message = "Apply failed with \(count) conflicts: " + groups.joined(separator: "\n")
        }
        var error = APIError(409, "Conflict", message)
        error.causes = found.flatMap { entry, fields in
            fields.paths.map {
                APIError.Cause("FieldManagerConflict", "conflict with \(entry.text)", field: $0.pathText)
            }
        }
        return error
    }
}
