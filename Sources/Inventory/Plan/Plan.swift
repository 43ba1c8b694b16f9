package import Core

/// Every choice of a run, fixed: which machine becomes which node with which address and disk, and the versions of
/// everything.
///
/// A plan never changes; a changed spec makes another plan. Its identity is the digest of its content.
package struct Plan: Sendable, Hashable, Codable {
    package let clusterName: String
    package let variant: String
    /// Cozystack's version.
    package let release: String
    package let versions: Versions
    /// The URL of the Kubernetes API.
    package let endpoint: String
    package let vip: IPAddress?
    package let networks: ClusterSpec.Networks
    package let boot: ClusterSpec.Boot
    package let delivery: ClusterSpec.Delivery
    /// In the order of the spec; exactly one has ``NodePlan/bootstrap``.
    package let nodes: [NodePlan]
    package let source: Source
    /// Kernel and initramfs.
    package let assets: [File]
    package let flux: File
    package let crds: [File]
    package let mirrors: ClusterSpec.Mirrors
    /// `spec.components.platform.values` of Package `cozystack.cozystack-platform`: the operator's, with the networks and
    /// the endpoint of the spec.
    package let platformValues: JSON
    package let storage: ClusterSpec.Storage?
    package let loadBalancer: ClusterSpec.LoadBalancer?
    package let rootTenant: ClusterSpec.RootTenant?

    package struct Versions: Sendable, Hashable, Codable {
        /// For example `v1.13.6`.
        package let talos: String
        /// For example `v1.33.12`.
        package let kubernetes: String
        package let flux: String
        /// The image that installs Talos to disk.
        package let installerImage: String
    }

    /// The OCI artifact with all charts.
    package struct Source: Sendable, Hashable, Codable {
        package let url: String
        package let digest: String
        package let insecure: Bool
    }

    /// A file that the run needs, before mirrors.
    package struct File: Sendable, Hashable, Codable {
        package let name: String
        package let url: String
        /// nil where upstream publishes none: the first verified download decides.
        package let sha256: String?
    }
}

/// A node of the plan.
package struct NodePlan: Sendable, Hashable, Codable {
    package let name: String
    package let role: NodeSpec.Role
    package let mac: MACAddress?
    package let uuid: MachineUUID?
    package let serial: String?
    package let address: IPAddress
    package let disk: NodeSpec.Disk
    package let bmc: NodeSpec.BMC?
    package let labels: [String: String]
    /// YAML text.
    package let patches: [String]
    /// Whether etcd begins on this node.
    package let bootstrap: Bool
}

extension Plan {
    package var controlPlanes: [NodePlan] { nodes.filter { $0.role == .controlPlane } }

    package var workers: [NodePlan] { nodes.filter { $0.role == .worker } }

    /// The node that etcd begins on.
    package var bootstrapNode: NodePlan? { nodes.first(where: \.bootstrap) }

    package func node(_ name: String) -> NodePlan? { nodes.first { $0.name == name } }

    /// The address with the prefix of the node network, as a link has it.
    package func block(of node: NodePlan) -> CIDR? {
        CIDR(address: node.address, prefixLength: networks.node.subnet.prefixLength)
    }

    /// The nodes that a machine fits: everything that the plan knows of a node and that the machine shows is equal, and at
    /// least one of it is known and shown.
    package func nodes(mac: MACAddress? = nil, uuid: MachineUUID? = nil, serial: String? = nil) -> [NodePlan] {
        nodes.filter { node in
            let answers = [
                Self.fits(node.mac, mac), Self.fits(node.uuid, uuid),
                Self.fits(node.serial?.lowercased(), serial?.lowercased()),
            ].compactMap(\.self)
            return !answers.isEmpty && !answers.contains(false)
        }
    }

    private static func fits<Value: Equatable>(_ planned: Value?, _ shown: Value?) -> Bool? {
        guard let planned, let shown else { return nil }
        return planned == shown
    }
}
