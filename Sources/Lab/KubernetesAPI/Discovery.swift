import Core

/// What the API server says of the resources it serves: the plain documents, and the aggregated one that modern clients
/// read in two calls (`apidiscovery.k8s.io/v2`).
struct Discovery: Sendable {
    let kinds: [ResourceKind]
    /// Changes whenever what is served changes.
    let revision: Int

    /// Kinds that are only asked, never kept.
    static let reviews = [
        ResourceKind(
            "authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", isNamespaced: false),
        ResourceKind("authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", isNamespaced: false),
    ]

    private var all: [(kind: ResourceKind, verbs: [String])] {
        kinds.map { ($0, $0.verbs) } + Self.reviews.map { ($0, ["create"]) }
    }

    /// The groups in the order of their names, with their versions, the preferred one first.
    private var groups: [(name: String, versions: [String])] {
        let byGroup = Dictionary(grouping: all.map(\.kind), by: \.group)
        return byGroup.map { name, kinds in
            (name, Set(kinds.map(\.version)).sorted { VersionRank($0) > VersionRank($1) })
        }.sorted { Self.rank($0.name) < Self.rank($1.name) }
    }

    /// The core group first, then those without a dot.
    private static func rank(_ group: String) -> (Int, String) { (group.contains(".") ? 1 : 0, group) }

    private func resources(_ groupVersion: GroupVersion) -> [(kind: ResourceKind, verbs: [String])] {
        all.filter { $0.kind.groupVersion == groupVersion }.sorted { $0.kind.plural < $1.kind.plural }
    }

    var coreVersions: JSON {
        ["kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []]
    }

    var groupList: JSON {
        [
            "kind": "APIGroupList", "apiVersion": "v1",
            "groups": .array(groups.filter { !$0.name.isEmpty }.map { Self.group($0.name, $0.versions) }),
        ]
    }

    func group(_ name: String) -> JSON? {
        guard let found = groups.first(where: { $0.name == name && !name.isEmpty }) else { return nil }
        var group = Self.group(found.name, found.versions)
        group["kind"] = "APIGroup"
        group["apiVersion"] = "v1"
        return group
    }

    private static func group(_ name: String, _ versions: [String]) -> JSON {
        let entries = versions.map { version -> JSON in
            ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
        }
        return ["name": .string(name), "versions": .array(entries), "preferredVersion": entries.first ?? .null]
    }

    func resourceList(_ groupVersion: GroupVersion) -> JSON? {
        let found = resources(groupVersion)
        guard !found.isEmpty else { return nil }
        let entries = found.flatMap { kind, verbs -> [JSON] in
            let entry = JSON.fields([
                "name": .string(kind.plural), "singularName": .string(kind.singular), "kind": .string(kind.kind),
                "namespaced": .bool(kind.isNamespaced), "verbs": .strings(verbs),
                "shortNames": kind.shortNames.isEmpty ? .none : .strings(kind.shortNames),
                "categories": kind.categories.isEmpty ? .none : .strings(kind.categories),
            ])
            guard kind.hasStatus else { return [entry] }
            return [
                entry,
                [
                    "name": .string(kind.plural + "/status"), "singularName": "", "kind": .string(kind.kind),
                    "namespaced": .bool(kind.isNamespaced), "verbs": ["get", "patch", "update"],
                ],
            ]
        }
        return [
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(groupVersion.description),
            "resources": .array(entries),
        ]
    }

    /// - Parameter isCore: whether for `/api` or for `/apis`.
    func aggregated(isCore: Bool, version: String) -> JSON {
        let items = groups.filter { $0.name.isEmpty == isCore }.map { name, versions -> JSON in
            [
                "metadata": isCore ? ["creationTimestamp": nil] : ["name": .string(name), "creationTimestamp": nil],
                "versions": .array(
                    versions.map { version in
                        [
                            "version": .string(version), "freshness": "Current",
                            "resources": .array(
                                resources(GroupVersion(group: name, version: version)).map {
                                    Self.aggregated($0.kind, $0.verbs)
                                }),
                        ]
                    }),
            ]
        }
        return [
            "kind": "APIGroupDiscoveryList", "apiVersion": .string("apidiscovery.k8s.io/\(version)"), "metadata": [:],
            "items": .array(items),
        ]
    }

    private static func aggregated(_ kind: ResourceKind, _ verbs: [String]) -> JSON {
        let responseKind: JSON = [
            "group": .string(kind.group), "version": .string(kind.version), "kind": .string(kind.kind),
        ]
        let status: JSON = [
            "subresource": "status", "responseKind": responseKind, "verbs": ["get", "patch", "update"],
        ]
        return .fields([
            "resource": .string(kind.plural), "responseKind": responseKind,
            "scope": kind.isNamespaced ? "Namespaced" : "Cluster", "singularResource": .string(kind.singular),
            "verbs": .strings(verbs), "shortNames": kind.shortNames.isEmpty ? .none : .strings(kind.shortNames),
            "categories": kind.categories.isEmpty ? .none : .strings(kind.categories),
            "subresources": kind.hasStatus ? [status] : .none,
        ])
    }
}

/// The order of API versions: stable before beta before alpha, higher before lower.
struct VersionRank: Comparable {
    private let stage: Int
    private let major: Int
    private let minor: Int
    private let text: String

    init(_ version: String) {
        text = version
        let digits = version.split { !$0.isNumber }.compactMap { Int($0) }
        major = digits.first ?? 0
        minor = digits.count > 1 ? digits[1] : 0
        if !version.hasPrefix("v") || digits.isEmpty {
            stage = 0
        } else if version.contains("alpha") {
            stage = 1
        } else {
            stage = version.contains("beta") ? 2 : 3
        }
    }

    static func < (left: Self, right: Self) -> Bool {
        (left.stage, left.major, left.minor, right.text) < (right.stage, right.major, right.minor, left.text)
    }
}
