import YAML

/// Puts the keys of the document with `machine` and `cluster` in the order in which Talos writes them, so that equal
/// configs have equal text whatever patches they came from.
enum FieldOrder {
    static func sorted(_ documents: [Node]) -> [Node] {
        documents.map { $0["kind"] == nil ? sorted($0, path: "") : $0 }
    }

    private static func sorted(_ node: Node, path: String) -> Node {
        switch node.content {
        case .scalar:
            return node
        case .sequence(let elements):
            return Node(.sequence(elements.map { sorted($0, path: path + ".*") }), mark: node.mark, tag: node.tag)
        case .mapping(let pairs):
            let ordered = isFreeForm(path) ? alphabetical(pairs) : inOrder(pairs, orders[path] ?? [])
            let below = ordered.map { pair in
                let key = pair.key.text ?? ""
                return Node.Pair(key: pair.key, value: sorted(pair.value, path: path.isEmpty ? key : "\(path).\(key)"))
            }
            return Node(.mapping(below), mark: node.mark, tag: node.tag)
        }
    }

    /// Known keys in their order, unknown ones behind them as they stood.
    private static func inOrder(_ pairs: [Node.Pair], _ order: [String]) -> [Node.Pair] {
        let known = order.compactMap { key in pairs.first { $0.key.text == key } }
        return known + pairs.filter { pair in !order.contains { pair.key.text == $0 } }
    }

    private static func alphabetical(_ pairs: [Node.Pair]) -> [Node.Pair] {
        pairs.sorted { ($0.key.text ?? "").utf8.lexicographicallyPrecedes(($1.key.text ?? "").utf8) }
    }

    /// Whether the keys are the operator's own: Go writes such mappings in alphabetical order.
    private static func isFreeForm(_ path: String) -> Bool {
        freeForm.contains { path == $0 || path.hasPrefix($0 + ".") }
            || path.hasSuffix(".extraArgs") || path.hasSuffix(".env")
    }

    private static let freeForm = [
        "machine.kubelet.extraConfig", "machine.kubelet.credentialProviderConfig", "machine.env", "machine.sysctls",
        "machine.sysfs", "machine.nodeLabels", "machine.nodeAnnotations", "machine.nodeTaints",
        "machine.pods", "machine.baseRuntimeSpecOverrides",
        "cluster.apiServer.admissionControl.*.configuration", "cluster.apiServer.auditPolicy",
        "cluster.scheduler.config",
        "cluster.extraManifestHeaders",
    ]

    private static let orders: [String: [String]] = [
        "": ["version", "debug", "persist", "machine", "cluster"],
        "machine": [
            "type", "token", "ca", "acceptedCAs", "certSANs", "controlPlane", "kubelet", "pods", "network", "disks",
            "install", "files", "env", "time", "sysctls", "sysfs", "registries", "systemDiskEncryption", "features",
            "udev", "logging", "kernel", "seccompProfiles", "baseRuntimeSpecOverrides", "nodeLabels",
            "nodeAnnotations", "nodeTaints",
        ],
        "machine.kubelet": [
            "image", "clusterDNS", "extraArgs", "extraMounts", "extraConfig", "credentialProviderConfig",
            "defaultRuntimeSeccompProfileEnabled", "registerWithFQDN", "nodeIP", "skipNodeRegistration",
            "disableManifestsDirectory",
        ],
        "machine.kubelet.extraMounts.*": ["destination", "type", "source", "options", "uidMappings", "gidMappings"],
        "machine.network": [
            "hostname", "interfaces", "nameservers", "searchDomains", "extraHostEntries", "kubespan",
            "disableSearchDomain",
        ],
        "machine.network.interfaces.*": [
            "interface", "deviceSelector", "addresses", "cidr", "routes", "bond", "bridge", "bridgePort", "vlans",
            "mtu", "dhcp", "ignore", "dummy", "dhcpOptions", "wireguard", "vip",
        ],
        "machine.network.interfaces.*.routes.*": ["network", "gateway", "source", "metric", "mtu"],
        "machine.install": [
            "disk", "diskSelector", "extraKernelArgs", "image", "extensions", "bootloader", "wipe",
            "legacyBIOSSupport", "grubUseUKICmdline",
        ],
        "machine.files.*": ["content", "permissions", "path", "op"],
        "machine.time": ["disabled", "servers", "bootTimeout"],
        "machine.features": [
            "rbac", "stableHostname", "kubernetesTalosAPIAccess", "apidCheckExtKeyUsage", "diskQuotaSupport",
            "kubePrism", "hostDNS", "imageCache", "nodeAddressSortAlgorithm",
        ],
        "machine.kernel.modules.*": ["name", "parameters"],
        "cluster": [
            "id", "secret", "controlPlane", "clusterName", "network", "token", "aescbcEncryptionSecret",
            "secretboxEncryptionSecret", "ca", "acceptedCAs", "aggregatorCA", "serviceAccount", "apiServer",
            "controllerManager", "proxy", "scheduler", "discovery", "etcd", "coreDNS", "externalCloudProvider",
            "extraManifests", "extraManifestHeaders", "inlineManifests", "adminKubeconfig",
            "allowSchedulingOnMasters", "allowSchedulingOnControlPlanes",
        ],
        "cluster.network": ["cni", "dnsDomain", "podSubnets", "serviceSubnets"],
        "cluster.apiServer": [
            "image", "extraArgs", "extraVolumes", "env", "certSANs", "disablePodSecurityPolicy", "admissionControl",
            "auditPolicy", "resources", "authorizationConfig",
        ],
        "cluster.controllerManager": ["image", "extraArgs", "extraVolumes", "env", "resources"],
        "cluster.proxy": ["disabled", "image", "mode", "extraArgs"],
        "cluster.scheduler": ["image", "extraArgs", "extraVolumes", "env", "resources", "config"],
        "cluster.discovery": ["enabled", "registries"],
        "cluster.etcd": ["image", "ca", "extraArgs", "subnet", "advertisedSubnets", "listenSubnets"],
    ]
}
