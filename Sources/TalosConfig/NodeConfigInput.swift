package import Core

/// What the machine config of one node has of its own.
package struct NodeConfigInput: Sendable, Hashable {
    /// The hostname. It must be unique: a control plane that joins under another's name removes that one from etcd.
    package var name: String
    package var role: NodeRole
    /// The network card that carries the address (and, on control planes, the VIP).
    package var mac: MACAddress?
    /// The node's address with the length of its network.
    package var address: CIDR?
    /// With `address` it makes the network static; without either the node uses DHCP.
    package var gateway: IPAddress?
    package var installDisk: InstallDisk
    package var labels: [String: String]
    /// Strategic merge patches as YAML text, applied last and in order.
    package var patches: [String]

    package init(
        name: String, role: NodeRole, mac: MACAddress? = nil, address: CIDR? = nil, gateway: IPAddress? = nil,
        installDisk: InstallDisk, labels: [String: String] = [:], patches: [String] = []
    ) {
        self.name = name
        self.role = role
        self.mac = mac
        self.address = address
        self.gateway = gateway
        self.installDisk = installDisk
        self.labels = labels
        self.patches = patches
    }
}
