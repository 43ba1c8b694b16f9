package import Core

extension Node {
    /// The value as JSON under the core schema. Keys become their text.
    ///
    /// - Parameter file: the name put into the fault's location.
    /// - Throws: ``Fault`` `corrupted` for what JSON cannot hold: infinities, numbers out of range, keys that are no
    ///   scalars, tags outside the core schema.
    package func json(file: String = "<input>") throws(Fault) -> JSON {
        if let tag {
            throw Fault(.corrupted, "the tag \(tag) is not known", at: mark.location(in: file))
        }
        switch content {
        case .sequence(let elements):
            var values: [JSON] = []
            values.reserveCapacity(elements.count)
            for element in elements { values.append(try element.json(file: file)) }
            return .array(values)
        case .mapping(let pairs):
            var fields = [String: JSON](minimumCapacity: pairs.count)
            for pair in pairs {
                guard let key = pair.key.text else {
                    throw Fault(.corrupted, "a key must be text", at: pair.key.mark.location(in: file))
                }
                fields[key] = try pair.value.json(file: file)
            }
            return .object(fields)
        case .scalar(let scalar):
            return try json(scalar, file: file)
        }
    }

    private func json(_ scalar: Scalar, file: String) throws(Fault) -> JSON {
        switch scalar.value {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .string(let text): return .string(text)
        case .float(let value) where value.isFinite: return .double(value)
        case .float, .outOfRange:
            throw Fault(
                .corrupted, "the number \(scalar.text) is out of range", at: mark.location(in: file),
                next: "put it in quotes if it is meant as text")
        }
    }

    /// A node that means the same as the JSON; object keys in the order of their bytes.
    package init(_ json: JSON) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(Int(value))
        case .double(let value): self = .double(value)
        case .string(let text): self = .string(text)
        case .array(let elements): self = .sequence(elements.map(Node.init))
        case .object(let fields):
            let sorted = fields.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            self = .mapping(sorted.map { ($0.key, Node($0.value)) })
        }
    }
}
