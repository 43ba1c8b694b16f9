import Core

/// What is known of a value's shape: enough to prune, default and validate a custom resource, and to merge fields by owner.
///
/// Comes from a CRD's structural schema (`Schema+Parsing.swift`) or from the table of built-in kinds
/// (`BuiltInSchemas.swift`), which only knows how lists merge.
final class Schema: Sendable {
    /// One of the fields that tell the items of a list apart.
    struct Key: Sendable, Hashable {
        var name: String
        /// What an item without the field counts as.
        var fallback: JSON?

        init(_ name: String, fallback: JSON? = nil) {
            self.name = name
            self.fallback = fallback
        }
    }

    /// `x-kubernetes-list-type`.
    enum ListType: Sendable, Hashable {
        case atomic
        case set
        case map([Key])
    }

    /// What may stand in an object beside its `properties`.
    enum Unknown: Sendable, Hashable {
        /// Nothing: it is pruned.
        case pruned
        /// Anything; each entry counts as an item of a map (`x-kubernetes-preserve-unknown-fields`).
        case items
        /// Anything; each entry counts as a field of a struct (built-in kinds).
        case fields
    }

    /// The bounds and alternatives that only validation looks at.
    struct Rules: Sendable {
        var type: String?
        var isNullable = false
        var isIntOrString = false
        var required: [String] = []
        var enumeration: [JSON]?
        var pattern: (text: String, matcher: Pattern)?
        var format: String?
        var minimum: Double?
        var maximum: Double?
        var isMinimumExclusive = false
        var isMaximumExclusive = false
        var multipleOf: Double?
        var minimumLength: Int?
        var maximumLength: Int?
        var minimumItems: Int?
        var maximumItems: Int?
        var minimumProperties: Int?
        var maximumProperties: Int?
        var hasUniqueItems = false
        var allOf: [Schema] = []
        var anyOf: [Schema] = []
        var oneOf: [Schema] = []
        var not: Schema?
    }

    let properties: [String: Schema]
    /// The schema of an object's free entries.
    let additional: Schema?
    let items: Schema?
    let unknown: Unknown
    let list: ListType
    let isAtomicMap: Bool
    let isEmbeddedResource: Bool
    let defaultValue: JSON?
    let rules: Rules

    init(
        properties: [String: Schema] = [:], additional: Schema? = nil, items: Schema? = nil,
        unknown: Unknown = .pruned, list: ListType = .atomic, isAtomicMap: Bool = false,
        isEmbeddedResource: Bool = false, defaultValue: JSON? = nil, rules: Rules = Rules()
    ) {
        self.properties = properties
        self.additional = additional
        self.items = items
        self.unknown = unknown
        self.list = list
        self.isAtomicMap = isAtomicMap
        self.isEmbeddedResource = isEmbeddedResource
        self.defaultValue = defaultValue
        self.rules = rules
    }

    /// Anything below `x-kubernetes-preserve-unknown-fields`: maps by entry, lists as a whole.
    static let deduced = Schema(unknown: .items)

    /// Anything of a built-in kind that the table does not name: structs by field, lists as a whole.
    static let open = Schema(unknown: .fields)

    /// The schema of an object's entry, and whether the entry is a field of a struct; nil where it has to be pruned.
    func child(_ key: String) -> (schema: Schema, isField: Bool)? {
        if let property = properties[key] { return (property, true) }
        if let additional { return (additional, false) }
        switch unknown {
        case .pruned: return nil
        case .items: return (.deduced, false)
        case .fields: return (.open, true)
        }
    }

    /// The same where a value is at hand that was let through: an unknown entry counts as deduced.
    func field(_ key: String) -> (schema: Schema, isField: Bool) { child(key) ?? (.deduced, false) }

    var item: Schema { items ?? (unknown == .fields ? .open : .deduced) }

    /// The same schema with other properties added; theirs win.
    func adding(_ more: [String: Schema]) -> Schema {
        Schema(
            properties: properties.merging(more) { $1 }, additional: additional, items: items, unknown: unknown,
            list: list, isAtomicMap: isAtomicMap, isEmbeddedResource: isEmbeddedResource, defaultValue: defaultValue,
            rules: rules)
    }
}
