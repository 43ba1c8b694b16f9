import Core

/// One resource in one version as the API serves it: names, scope, behaviour, schema, columns.
struct ResourceKind: Sendable {
    /// When `metadata.generation` grows.
    enum GenerationRule: Sendable, Hashable {
        /// The kind has no generation.
        case none
        /// With every change outside metadata and, where it is a subresource, status.
        case content
    }

    /// How an object is kept when the stored form differs from the served one.
    enum Form: Sendable, Hashable {
        case stored
        /// `events.k8s.io/v1` over core events.
        case event
    }

    var group: String
    var version: String
    var plural: String
    var singular: String
    var kind: String
    var listKind: String
    var shortNames: [String] = []
    var categories: [String] = []
    var isNamespaced: Bool
    var hasStatus = false
    var generation = GenerationRule.none
    /// Custom resources are pruned, defaulted and validated by their schema; built-in kinds keep what they are given.
    var isCustom = false
    /// The version that objects are kept in, where a CRD has several.
    var storageVersion: String?
    var schema: Schema = .builtIn
    /// The schema as its CRD has it.
    var openAPI: JSON?
    var columns: [PrinterColumn] = PrinterColumn.nameAndAge
    var form = Form.stored
    /// A warning for every request, for deprecated versions.
    var deprecation: String?

    init(
        _ group: String, _ version: String, _ plural: String, _ kind: String, singular: String? = nil,
        listKind: String? = nil, isNamespaced: Bool
    ) {
        self.group = group
        self.version = version
        self.plural = plural
        self.kind = kind
        self.singular = singular ?? kind.lowercased()
        self.listKind = listKind ?? kind + "List"
        self.isNamespaced = isNamespaced
    }

    var groupVersion: GroupVersion { GroupVersion(group: group, version: version) }
    var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
    /// `packages.cozystack.io`, `secrets`.
    var qualifiedPlural: String { group.isEmpty ? plural : "\(plural).\(group)" }
    /// Under which name its objects are kept: the same for all versions.
    var storageName: String { form == .event ? "events" : qualifiedPlural }

    var verbs: [String] {
        ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
    }
}

/// A group and one of its versions.
struct GroupVersion: Hashable, Sendable, CustomStringConvertible {
    var group: String
    var version: String

    var description: String { group.isEmpty ? version : "\(group)/\(version)" }
}

/// What a request path names.
struct ResourceAddress: Sendable, Hashable {
    var group: String
    var version: String
    var plural: String
    var namespace: String?
    var name: String?
    var subresource: String?

    var groupVersion: GroupVersion { GroupVersion(group: group, version: version) }
}
