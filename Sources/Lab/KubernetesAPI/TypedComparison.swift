import Core

/// What differs between two objects, by field (structured-merge-diff `Compare`).
struct TypedComparison {
    private(set) var added = FieldSet()
    private(set) var modified = FieldSet()
    private(set) var removed = FieldSet()

    var isEmpty: Bool { added.isEmpty && modified.isEmpty && removed.isEmpty }
    /// Everything that was written.
    var changed: FieldSet { added.union(modified) }

    /// - Parameter old: nil compares with nothing at all.
    init(_ old: JSON?, _ new: JSON, _ schema: Schema) {
        var path: [PathElement] = []
        walk(old ?? .object([:]), new, schema, &path)
    }

    private mutating func walk(_ old: JSON?, _ new: JSON?, _ schema: Schema, _ path: inout [PathElement]) {
        if let old, let new {
            guard old != new else { return }
            switch (TypedValue(old, schema), TypedValue(new, schema)) {
            case (.map(let old), .map(let new)): walk(old, new, schema, &path)
            case (.list(let old), .list(let new)): walk(old, new, schema, &path)
            default: modified.insert(path)
            }
        } else if let new {
            added.insert(path)
            descend(new, schema, &path) { $0.walk(nil, $1, $2, &$3) }
        } else if let old {
            removed.insert(path)
            descend(old, schema, &path) { $0.walk($1, nil, $2, &$3) }
        }
    }

    private mutating func walk(
        _ old: [String: JSON], _ new: [String: JSON], _ schema: Schema, _ path: inout [PathElement]
    ) {
        for (key, value) in new {
            path.append(.field(key))
            walk(old[key], value, schema.field(key).schema, &path)
            path.removeLast()
        }
        for (key, value) in old where new[key] == nil {
            path.append(.field(key))
            walk(value, nil, schema.field(key).schema, &path)
            path.removeLast()
        }
    }

    private mutating func walk(_ old: TypedList, _ new: TypedList, _ schema: Schema, _ path: inout [PathElement]) {
        let (before, after) = (old.byElement, new.byElement)
        for element in Set(before.keys).union(after.keys) {
            path.append(element)
            walk(before[element], after[element], schema.item, &path)
            path.removeLast()
        }
    }

    /// Visits what is below a value that stands on one side only.
    private mutating func descend(
        _ value: JSON, _ schema: Schema, _ path: inout [PathElement],
        _ visit: (inout TypedComparison, JSON, Schema, inout [PathElement]) -> Void
    ) {
        switch TypedValue(value, schema) {
        case .leaf: break
        case .map(let fields):
            for (key, child) in fields {
                path.append(.field(key))
                visit(&self, child, schema.field(key).schema, &path)
                path.removeLast()
            }
        case .list(let list):
            for (element, item) in zip(list.elements, list.items) {
                path.append(element)
                visit(&self, item, schema.item, &path)
                path.removeLast()
            }
        }
    }
}
