/// A JSON value (RFC 8259) that keeps whole numbers exact and every field that is not known to us.
///
/// Object keys are unordered; serialisation sorts them by their UTF-8 bytes, so that equal values have equal bytes.
package enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])
}

extension JSON {
    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    package var int: Int? {
        switch self {
        case .int(let value): Int(exactly: value)
        case .double(let value): Int(exactly: value)
        default: nil
        }
    }

    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    package var array: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    package var object: [String: JSON]? {
        if case .object(let value) = self { value } else { nil }
    }

    package var isNull: Bool { self == .null }

    /// The field of an object; reading anything else gives nil.
    ///
    /// Setting a field of something that is not an object replaces it by an object; setting nil removes the field.
    package subscript(key: String) -> JSON? {
        get { object?[key] }
        set {
            var fields = object ?? [:]
            fields[key] = newValue
            self = .object(fields)
        }
    }

    /// The field at a path of object keys. Setting creates the objects on the way.
    package subscript(path: [String]) -> JSON? {
        get {
            var value: JSON? = self
            for key in path { value = value?[key] }
            return value
        }
        set {
            guard let first = path.first else {
                self = newValue ?? .null
                return
            }
            let rest = Array(path.dropFirst())
            guard !rest.isEmpty else {
                self[first] = newValue
                return
            }
            var child = self[first] ?? .object([:])
            child[rest] = newValue
            self[first] = child
        }
    }

    package subscript(index: Int) -> JSON? {
        guard let array, array.indices.contains(index) else { return nil }
        return array[index]
    }

    /// An object from its fields, leaving out those that are nil.
    package static func fields(_ pairs: KeyValuePairs<String, JSON?>) -> JSON {
        var fields: [String: JSON] = [:]
        for (key, value) in pairs { fields[key] = value }
        return .object(fields)
    }

    package static func strings(_ values: some Sequence<String>) -> JSON {
        .array(values.map(JSON.string))
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .int(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
    }
    package init(nilLiteral: ()) { self = .null }
}
