import Core

extension FieldSet {
    /// The `FieldsV1` form: an object whose keys are `f:field`, `k:{"key":"value"}`, `v:value`, `i:index`, and `.` for the
    /// parent itself.
    var json: JSON {
        .object(
            Dictionary(
                uniqueKeysWithValues: entries.map { element, entry in
                    guard case .object(var fields) = entry.children.json else { return (element.fieldsKey, .null) }
                    if entry.isMember, !fields.isEmpty { fields["."] = .object([:]) }
                    return (element.fieldsKey, .object(fields))
                }))
    }

    /// Reads `FieldsV1`; nil for anything else.
    init?(json: JSON) {
        guard let fields = json.object else { return nil }
        for (key, value) in fields where key != "." {
            guard let element = PathElement(fieldsKey: key), let children = FieldSet(json: value) else { return nil }
            let isMember = children.isEmpty || value["."] != nil
            self[element] = Entry(isMember: isMember, children: children)
        }
    }
}

extension PathElement {
    var fieldsKey: String {
        switch self {
        case .field(let name): "f:" + name
        case .key(let fields): "k:" + fields.description
        case .value(let value): "v:" + value.description
        case .index(let index): "i:\(index)"
        }
    }

    fileprivate init?(fieldsKey key: String) {
        let rest = String(key.dropFirst(2))
        switch key.prefix(2) {
        case "f:": self = .field(rest)
        case "k:":
            guard let fields = try? JSON(parsing: rest), case .object = fields else { return nil }
            self = .key(fields)
        case "v:":
            guard let value = try? JSON(parsing: rest) else { return nil }
            self = .value(value)
        case "i:":
            guard let index = Int(rest) else { return nil }
            self = .index(index)
        default: return nil
        }
    }
}
