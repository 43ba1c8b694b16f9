import YAML

extension NodeResources {
    static let cluster: [String: Kind] = [
        "EtcdMembers.etcd.talos.dev": single("etcd", "local") { node in
            node.etcdMember.map { ["memberID": .string(memberText($0))] }
        },
        "MachineTypes.config.talos.dev": single("config", "machine-type") { node in
            node.config?.role.map { .string($0.rawValue) }
        },
        "MachineConfigs.config.talos.dev": single("config", "v1alpha1", isSensitive: true) { node in
            node.config?.documents.first
        },
        "Members.cluster.talos.dev": empty("cluster"),
        "StaticPodStatuses.kubernetes.talos.dev": empty("k8s"),
        "NodeStatuses.kubernetes.talos.dev": empty("k8s"),
    ]

    /// Sixteen hexadecimal digits.
    static func memberText(_ member: UInt64) -> String {
        let text = String(member, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}
