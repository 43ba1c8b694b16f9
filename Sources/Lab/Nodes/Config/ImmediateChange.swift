import YAML

/// Whether a new configuration can become active without a reboot (Talos 1.13, `ApplyConfiguration` with AUTO).
enum ImmediateChange {
    /// The fields of the legacy document that may change at any time.
    private static let paths: [[String]] =
        [["debug"], ["cluster"]]
        + [
            "ca", "acceptedCAs", "time", "certSANs", "install", "network", "sysfs", "sysctls", "logging",
            "controlPlane",
            "kubelet", "kernel", "registries", "pods", "seccompProfiles", "nodeAnnotations", "nodeLabels", "nodeTaints",
        ].map { ["machine", $0] }
        + ["kubernetesTalosAPIAccess", "kubePrism", "hostDNS", "imageCache", "nodeAddressSortAlgorithm"]
        .map { ["machine", "features", $0] }

    static func isPossible(from old: NodeConfig, to new: NodeConfig) -> Bool {
        rest(of: old) == rest(of: new)
    }

    /// What remains of the legacy document when everything that may change is taken out; the other documents may all.
    private static func rest(of config: NodeConfig) -> Node? {
        guard var document = config.legacy else { return nil }
        for path in paths { document[path] = nil }
        if document[["machine", "features"]]?.mapping?.isEmpty == true { document[["machine", "features"]] = nil }
        return document
    }
}
