/// How a value of a machine config is merged where that differs from the usual: lists grow, mappings merge by key.
enum MergeRule: Equatable {
    case usual
    /// The patch's value takes the place of the old one.
    case replace
    /// Elements that agree in one of the keys are merged, others appended.
    case keyed([String])
    /// Elements that agree in the key are replaced, others appended.
    case keyedReplace(String)

    /// - Parameters:
    ///   - kind: the document's kind; nil for the one with `machine` and `cluster`.
    ///   - path: keys from the document's root, `*` for any element of a list.
    static func at(_ path: [String], of kind: String?) -> MergeRule {
        if kind == "BGPInstanceConfig" { return .replace }
        return table[kind ?? ""]?[path.joined(separator: ".")] ?? .usual
    }

    private static let table: [String: [String: MergeRule]] = [
        "": [
            "cluster.network.podSubnets": .replace,
            "cluster.network.serviceSubnets": .replace,
            "cluster.apiServer.auditPolicy": .replace,
            "cluster.apiServer.admissionControl": .keyed(["name"]),
            "machine.network.interfaces": .keyed(["interface", "deviceSelector"]),
            "machine.network.interfaces.*.vlans": .keyed(["vlanId"]),
        ],
        "KubeNetworkConfig": ["podSubnets": .replace, "serviceSubnets": .replace],
        "NetworkRuleConfig": ["ingress": .replace, "portSelector.ports": .replace],
        "KubeAuditPolicyConfig": freeForm,
        "KubeAuthenticationConfig": freeForm,
        "KubeCredentialProviderConfig": freeForm,
        "KubeStaticPodConfig": freeForm,
        "CRIBaseRuntimeSpecConfig": freeForm,
        "ExtensionServiceConfig": ["configFiles": .keyed(["mountPath"])],
        "ImageVerificationConfig": ["rules": .keyedReplace("image")],
    ]

    private static let freeForm: [String: MergeRule] = ["configuration": .replace, "config": .replace]
}
