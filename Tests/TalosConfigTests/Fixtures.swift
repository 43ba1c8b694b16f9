import Core
import Embedded
import Glibc
import PKI
import TalosConfig
import YAML

/// A clock that stands still.
struct FixedClock: WallClock {
    var now = Timestamp(seconds: 1_790_000_000)
}

enum Fixtures {
    /// A file of Talos's own test data, which lie beside the repository.
    static func talos(_ name: String) throws(Fault) -> String {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = "/\(root)/../shared/data/talos-v1.13/\(name)"
        guard FileStore.exists(path) else {
            throw Fault(
                .notFound, "the test data are missing", at: path, next: "put them at ../shared beside the clone")
        }
        return try FileStore.readText(path)
    }

    static func secrets() throws(Fault) -> SecretsBundle {
        try SecretsBundle(yaml: try talos("secrets.yaml"))
    }

    static let base = ClusterConfigInput(
        clusterName: "base", endpoint: "https://base:6443", contract: .v113, kubernetesVersion: "1.28.0")

    /// A cluster and a node as the product makes them.
    static func cluster() -> ClusterConfigInput {
        ClusterConfigInput(
            clusterName: "prod", endpoint: "https://10.0.0.2:6443", vip: IPAddress("10.0.0.2"), contract: .v113,
            kubernetesVersion: "v1.33.12", installerImage: "ghcr.io/cozystack/cozystack/talos:v1.13.6",
            nodeSubnets: [CIDR("10.0.0.0/24")].compactMap(\.self))
    }

    static func node(_ role: NodeRole = .controlPlane) -> NodeConfigInput {
        NodeConfigInput(
            name: "node-1", role: role, mac: MACAddress("52:54:00:00:00:01"), address: CIDR("10.0.0.11/24"),
            gateway: IPAddress("10.0.0.1"), installDisk: .selector(["wwid": "naa.5000c500"]))
    }

    static func config(
        _ role: NodeRole = .controlPlane, cluster: ClusterConfigInput = cluster(), patches: [String] = [],
        overrides: String? = nil, change: (inout NodeConfigInput) -> Void = { _ in }
    ) throws -> MachineConfig {
        var node = node(role)
        node.patches = patches
        change(&node)
        return try MachineConfigGenerator.cozystack(
            cluster: cluster, node: node, secrets: try secrets(), embedded: Embedded(overrides: overrides))
    }
}
