import Core

extension Schema {
    /// A built-in kind whose lists all merge as a whole, but for those of `metadata` and `status.conditions`.
    static let builtIn = Schema.builtIn(lists: [:])

    /// A built-in kind with these lists merged by key: paths of fields, where `[]` steps into the items of a list.
    ///
    /// From the `x-kubernetes-list-type`, `-list-map-keys` and `-map-type` marks of the Kubernetes API types.
    static func builtIn(lists rules: [String: MergeRule]) -> Schema {
        var root = Branch()
        let common: [String: MergeRule] = ["status.conditions": .keyed("type")]
        for (path, rule) in common.merging(rules, uniquingKeysWith: { $1 }) {
            root.insert(path.split(separator: ".").map(String.init)[...], rule)
        }
        return root.schema.adding(["metadata": ObjectMetadata.schema])
    }

    /// How a list or map of a built-in kind merges.
    enum MergeRule: Sendable {
        case keys([Key])
        case set
        case atomicMap

        static func keyed(_ names: String...) -> MergeRule { .keys(names.map { Key($0) }) }
    }

    /// A node of the tree that the paths make.
    private struct Branch {
        var rule: MergeRule?
        var children: [String: Branch] = [:]

        mutating func insert(_ path: ArraySlice<String>, _ rule: MergeRule) {
            guard let first = path.first else {
                self.rule = rule
                return
            }
            children[first, default: Branch()].insert(path.dropFirst(), rule)
        }

        var schema: Schema {
            var list = ListType.atomic
            var isAtomicMap = false
            switch rule {
            case .keys(let keys): list = .map(keys)
            case .set: list = .set
            case .atomicMap: isAtomicMap = true
            case nil: break
            }
            return Schema(
                properties: children.filter { $0.key != "[]" }.mapValues(\.schema), items: children["[]"]?.schema,
                unknown: .fields, list: list, isAtomicMap: isAtomicMap)
        }
    }

    private static let ports = MergeRule.keys([Key("containerPort"), Key("protocol", fallback: "TCP")])

    /// The lists of a pod's spec, for a spec that stands at `prefix`.
    static func podRules(at prefix: String) -> [String: MergeRule] {
        var rules: [String: MergeRule] = [
            "volumes": .keyed("name"), "imagePullSecrets": .keyed("name"), "hostAliases": .keyed("ip"),
            "topologySpreadConstraints": .keyed("topologyKey", "whenUnsatisfiable"), "schedulingGates": .keyed("name"),
            "resourceClaims": .keyed("name"), "nodeSelector": .atomicMap,
        ]
        for list in ["containers", "initContainers", "ephemeralContainers"] {
            rules[list] = .keyed("name")
            rules["\(list).[].ports"] = ports
            rules["\(list).[].env"] = .keyed("name")
            rules["\(list).[].volumeMounts"] = .keyed("mountPath")
            rules["\(list).[].volumeDevices"] = .keyed("devicePath")
            for selector in ["configMapKeyRef", "fieldRef", "resourceFieldRef", "secretKeyRef"] {
                rules["\(list).[].env.[].valueFrom.\(selector)"] = .atomicMap
            }
        }
        return Dictionary(uniqueKeysWithValues: rules.map { (prefix + "." + $0.key, $0.value) })
    }

    static let workload = builtIn(
        lists: podRules(at: "spec.template.spec").merging(["spec.selector": .atomicMap]) { $1 })
    static let pod = builtIn(
        lists: podRules(at: "spec").merging([
            "status.podIPs": .keyed("ip"), "status.hostIPs": .keyed("ip"),
        ]) { $1 })
    static let service = builtIn(lists: [
        "spec.ports": .keys([Key("port"), Key("protocol", fallback: "TCP")]), "spec.selector": .atomicMap,
    ])
    static let serviceAccount = builtIn(lists: ["secrets": .keyed("name"), "imagePullSecrets": .keyed("name")])
    static let node = builtIn(lists: [
        "spec.podCIDRs": .set, "status.addresses": .keyed("type"), "spec.configSource": .atomicMap,
    ])
    static let webhooks = builtIn(lists: ["webhooks": .keyed("name")])
    static let networkPolicy = builtIn(lists: ["spec.podSelector": .atomicMap])
    static let limited = builtIn(lists: ["spec.scopeSelector": .atomicMap])
}
