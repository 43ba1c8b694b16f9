import Core

/// How the items of a list are told apart, from its schema.
struct TypedList {
    let items: [JSON]
    let elements: [PathElement]

    /// - Returns: nil for a list that is one value as a whole.
    init?(_ items: [JSON], schema: Schema) {
        switch schema.list {
        case .atomic: return nil
        case .set: elements = items.map(PathElement.value)
        case .map(let keys):
            elements = items.map { item in
                var fields: [String: JSON] = [:]
                for key in keys { fields[key.name] = item[key.name] ?? key.fallback }
                return .key(.object(fields))
            }
        }
        self.items = items
    }

    /// The first item of each element.
    var byElement: [PathElement: JSON] {
        Dictionary(zip(elements, items)) { first, _ in first }
    }

    /// An element that stands twice, which an applied object must not have.
    var duplicate: PathElement? {
        var seen: Set<PathElement> = []
        return elements.first { !seen.insert($0).inserted }
    }

    /// Where in a value a list has an element twice: the path and the element.
    static func duplicate(in value: JSON, _ schema: Schema) -> (path: [PathElement], element: PathElement)? {
        let children: [(PathElement, JSON, Schema)]
        switch TypedValue(value, schema) {
        case .leaf: return nil
        case .map(let fields): children = fields.map { (.field($0), $1, schema.field($0).schema) }
        case .list(let list):
            if let duplicate = list.duplicate { return ([], duplicate) }
            children = zip(list.elements, list.items).map { ($0, $1, schema.item) }
        }
        for (element, child, childSchema) in children {
            if let found = duplicate(in: child, childSchema) { return ([element] + found.path, found.element) }
        }
        return nil
    }
}

/// A value as server-side apply walks it: a map by entry, a list by item, or a leaf.
enum TypedValue {
    case leaf
    case map([String: JSON])
    case list(TypedList)

    /// Without a value: a leaf.
    init(_ value: JSON?, _ schema: Schema) {
        switch value {
        case .object(let fields)? where !schema.isAtomicMap: self = .map(fields)
        case .array(let items)?: self = TypedList(items, schema: schema).map(TypedValue.list) ?? .leaf
        default: self = .leaf
        }
    }
}

extension FieldSet {
    /// The fields that an applied object names (structured-merge-diff `ToFieldSet`): all leaves, all items of lists, all
    /// entries of maps; not the structs on the way.
    init(of value: JSON, _ schema: Schema) {
        switch TypedValue(value, schema) {
        case .leaf: break
        case .map(let fields):
            for (name, child) in fields {
                let (childSchema, isField) = schema.field(name)
                self[.field(name)] = FieldSet.entry(of: child, childSchema, isItem: !isField)
            }
        case .list(let list):
            for (element, item) in zip(list.elements, list.items) {
                self[element] = FieldSet.entry(of: item, schema.item, isItem: true)
            }
        }
    }

    private static func entry(of value: JSON, _ schema: Schema, isItem: Bool) -> Entry {
        let children = FieldSet(of: value, schema)
        let isLeaf: Bool
        switch TypedValue(value, schema) {
        case .leaf: isLeaf = true
        case .map(let fields): isLeaf = fields.isEmpty
        case .list: isLeaf = false
        }
        return Entry(isMember: isItem || isLeaf, children: children)
    }

    /// The set with the structs on the way to a member as members.
    func namingFields(_ schema: Schema) -> FieldSet {
        var result = FieldSet()
        for (element, entry) in entries {
            var entry = entry
            switch element {
            case .field(let name):
                let (child, isField) = schema.field(name)
                if isField, !entry.children.isEmpty { entry.isMember = true }
                entry.children = entry.children.namingFields(child)
            default: entry.children = entry.children.namingFields(schema.item)
            }
            result[element] = entry
        }
        return result
    }
}
