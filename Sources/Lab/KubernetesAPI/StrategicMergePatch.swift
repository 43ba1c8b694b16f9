import Core

extension JSON {
    /// This object of a built-in kind changed by a strategic merge patch: keyed lists are merged by their keys, the others
    /// replaced, and the directives `$patch`, `$deleteFromPrimitiveList/…`, `$retainKeys` followed
    /// (`$setElementOrder/…` is left out: order has no meaning here).
    func strategicallyPatched(_ patch: JSON, _ schema: Schema) -> JSON {
        guard case .object(var changes) = patch, case .object(var fields) = self else {
            return patch.withoutDirectives
        }
        switch changes.removeValue(forKey: "$patch")?.string {
        case "replace": return JSON.object(changes).withoutDirectives
        case "delete": return .object([:])
        default: break
        }
        if let kept = changes.removeValue(forKey: "$retainKeys")?.array?.compactMap(\.string) {
            fields = fields.filter { kept.contains($0.key) }
        }
        for (key, change) in changes {
            if let list = key.suffix(after: "$deleteFromPrimitiveList/") {
                let gone = Set(change.array ?? [])
                fields[list] = fields[list]?.array.map { .array($0.filter { !gone.contains($0) }) }
            } else if key.hasPrefix("$setElementOrder/") {
                continue
            } else if change.isNull {
                fields[key] = nil
            } else {
                fields[key] = (fields[key] ?? .null).patched(change, schema.field(key).schema)
            }
        }
        return .object(fields)
    }

    private func patched(_ change: JSON, _ schema: Schema) -> JSON {
        guard case .array(let changes) = change else {
            return strategicallyPatched(change, schema)
        }
        guard case .array(let items) = self else { return change.withoutDirectives }
        switch schema.list {
        case .atomic: return change.withoutDirectives
        case .set: return .array(items + changes.filter { !items.contains($0) })
        case .map(let keys):
            guard let key = keys.first?.name, !changes.contains(["$patch": "replace"]) else {
                return .array(changes.filter { $0["$patch"] == nil })
            }
            return .array(JSON.patch(items, changes, key: key, schema.item))
        }
    }

    private static func patch(_ items: [JSON], _ changes: [JSON], key: String, _ schema: Schema) -> [JSON] {
        var items = items
        for change in changes {
            let index = items.firstIndex { $0[key] == change[key] }
            if change["$patch"]?.string == "delete" {
                if let index { items.remove(at: index) }
            } else if let index {
                items[index] = items[index].strategicallyPatched(change, schema)
            } else {
                items.append(change.withoutDirectives)
            }
        }
        return items
    }

    /// What a patch says where there is nothing to patch.
    private var withoutDirectives: JSON {
        switch self {
        case .object(let fields):
            .object(
                fields.filter { !$0.key.hasPrefix("$") && !$0.value.isNull }.mapValues(\.withoutDirectives))
        case .array(let items):
            .array(items.filter { $0["$patch"]?.string != "delete" }.map(\.withoutDirectives))
        default: self
        }
    }
}

extension String {
    fileprivate func suffix(after prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
