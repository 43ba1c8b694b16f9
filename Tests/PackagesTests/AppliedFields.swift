import Core

/// The parts of server-side apply that the API in memory knows: maps are merged, lists replaced as a whole.
enum AppliedFields {
    static func fieldSet(_ json: JSON) -> JSON {
        guard case .object(let fields) = json else { return [:] }
        return .object(Dictionary(uniqueKeysWithValues: fields.map { ("f:\($0.key)", fieldSet($0.value)) }))
    }

    static func remove(_ fields: JSON, notIn wanted: JSON, from live: inout JSON) {
        for (key, below) in fields.object ?? [:] {
            let name = String(key.dropFirst(2))
            guard let next = wanted[name] else {
                live[name] = nil
                continue
            }
            if var child = live[name], child.object != nil {
                remove(below, notIn: next, from: &child)
                live[name] = child
            }
        }
    }

    static func merged(_ live: JSON, _ patch: JSON) -> JSON {
        guard case .object(let changes) = patch else { return patch }
        var fields = live.object ?? [:]
        for (key, change) in changes { fields[key] = change.isNull ? nil : merged(fields[key] ?? .null, change) }
        return .object(fields)
    }
}
