import YAML

/// What a value of `cluster.yaml` may be.
///
/// One table of shapes (``ClusterSpec/shape``) drives the parser, the defaults and the JSON Schema, so that they agree.
indirect enum Shape: Sendable {
    case text(TextFormat)
    /// One of some words; the aliases are other words that people use for them.
    case choice([String], aliases: [String: String] = [:])
    case integer(ClosedRange<Int>)
    case boolean
    case object(ObjectShape)
    case list(Shape, minimum: Int = 0)
    /// A mapping with free keys.
    case map(keys: TextFormat, values: Shape)
    /// A mapping that is handed on as it is.
    case anyMapping
    /// A Talos machine-config patch: a mapping, or YAML text.
    case patch
}

/// A mapping with known keys.
struct ObjectShape: Sendable {
    /// How many of some alternative keys must be given.
    enum Alternatives: Sendable {
        case exactlyOne([String])
        case atLeastOne([String])

        var names: [String] {
            switch self {
            case .exactlyOne(let names), .atLeastOne(let names): names
            }
        }
    }

    var fields: [Field]
    var alternatives: Alternatives?
    /// What to tell someone who wrote something else than a mapping.
    var hint: String?

    init(_ fields: [Field], alternatives: Alternatives? = nil, hint: String? = nil) {
        self.fields = fields
        self.alternatives = alternatives
        self.hint = hint
    }
}

/// A key of a mapping.
struct Field: Sendable {
    enum Presence: Sendable {
        case required
        case optional
        /// When the key is missing, this value stands for it.
        case defaulted(Node)
    }

    var name: String
    var shape: Shape
    var presence: Presence
    /// What the key means, for the schema and for messages about its absence.
    var summary: String
    /// Other names by which people call it, and what to tell those who do.
    var aliases: [String]

    init(
        _ name: String, _ shape: Shape, _ presence: Presence = .optional, _ summary: String, aliases: [String] = []
    ) {
        self.name = name
        self.shape = shape
        self.presence = presence
        self.summary = summary
        self.aliases = aliases
    }

    var isRequired: Bool {
        if case .required = presence { true } else { false }
    }
}
