import Core

extension JSON {
    /// Removes what a structural schema does not know, noting the paths. `apiVersion`, `kind` and `metadata` of a resource
    /// are always known.
    mutating func prune(_ schema: Schema, isResource: Bool = true, at path: String = "", noting dropped: inout [String])
    {
        switch self {
        case .object(var fields):
            self = .null
            for key in fields.keys {
                if isResource, ["apiVersion", "kind", "metadata"].contains(key) { continue }
                let place = path.isEmpty ? key : "\(path).\(key)"
                guard let child = schema.child(key)?.schema else {
                    fields[key] = nil
                    dropped.append(place)
                    continue
                }
                if child !== Schema.deduced {
                    fields[key]?.prune(child, isResource: child.isEmbeddedResource, at: place, noting: &dropped)
                }
            }
            self = .object(fields)
        case .array(var items):
            guard let schema = schema.items else { return }
            self = .null
            for index in items.indices {
                items[index].prune(
                    schema, isResource: schema.isEmbeddedResource, at: "\(path)[\(index)]", noting: &dropped)
            }
            self = .array(items)
        default: break
        }
    }

    /// Fills in the defaults of a structural schema: missing fields, and nulls where null is not allowed.
    mutating func fillDefaults(_ schema: Schema) {
        switch self {
        case .object(var fields):
            self = .null
            for (key, property) in schema.properties {
                guard let value = property.defaultValue else { continue }
                if fields[key] == nil || (fields[key] == .null && !property.rules.isNullable) { fields[key] = value }
            }
            for key in fields.keys {
                guard let child = schema.child(key)?.schema, child !== Schema.deduced else { continue }
                fields[key]?.fillDefaults(child)
            }
            self = .object(fields)
        case .array(var items):
            guard let schema = schema.items else { return }
            self = .null
            for index in items.indices { items[index].fillDefaults(schema) }
            self = .array(items)
        default: break
        }
    }

    /// Removes null fields of objects at any depth, as decoding into the types of built-in kinds does.
    func droppingNulls() -> JSON {
        switch self {
        case .object(let fields): .object(fields.compactMapValues { $0.isNull ? .none : $0.droppingNulls() })
        case .array(let items): .array(items.map { $0.droppingNulls() })
        default: self
        }
    }
}
