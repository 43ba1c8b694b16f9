import Core

extension JSON {
    /// This object with an applied one laid over it: maps and keyed lists are merged, all else is replaced
    /// (structured-merge-diff `Merge`). Items keep their order; those that both have follow the applied one's.
    func merging(_ applied: JSON, _ schema: Schema) -> JSON {
        switch (TypedValue(self, schema), TypedValue(applied, schema)) {
        case (.map(var fields), .map(let theirs)):
            for (key, value) in theirs {
                fields[key] = fields[key].map { $0.merging(value, schema.field(key).schema) } ?? value
            }
            return .object(fields)
        case (.list(let mine), .list(let theirs)): return .array(JSON.merge(mine, theirs, schema))
        default: return applied
        }
    }

    private static func merge(_ mine: TypedList, _ theirs: TypedList, _ schema: Schema) -> [JSON] {
        let before = mine.byElement
        let applied = Set(theirs.elements)
        var placed: Set<PathElement> = []
        var result: [JSON] = []
        var index = 0
        /// Places the own items up to the next one that the applied list still has to place.
        func placeOwn() {
            while index < mine.items.count {
                let element = mine.elements[index]
                if !applied.contains(element) {
                    result.append(mine.items[index])
                } else if !placed.contains(element) {
                    return
                }
                index += 1
            }
        }
        for (element, item) in zip(theirs.elements, theirs.items) where placed.insert(element).inserted {
            placeOwn()
            result.append(before[element].map { $0.merging(item, schema.item) } ?? item)
        }
        placeOwn()
        return result
    }

    /// This object without the fields and items of a set; nil when nothing of a map or list is left.
    func removing(_ set: FieldSet, _ schema: Schema) -> JSON? {
        guard !set.isEmpty else { return self }
        switch TypedValue(self, schema) {
        case .leaf: return self
        case .map(let fields):
            var left: [String: JSON] = [:]
            for (key, value) in fields {
                let entry = set[.field(key)]
                guard !entry.isMember else { continue }
                left[key] = value.removing(entry.children, schema.field(key).schema) ?? .null
            }
            return left.isEmpty && !fields.isEmpty ? .none : .object(left)
        case .list(let list):
            let left = zip(list.elements, list.items).compactMap { element, item -> JSON? in
                let entry = set[element]
                return entry.isMember ? .none : item.removing(entry.children, schema.item)
            }
            return left.isEmpty && !list.items.isEmpty ? .none : .array(left)
        }
    }
}
