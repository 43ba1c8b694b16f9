import Core
import PKI

/// What serves the Kubernetes API of a cluster on an address, until its task is cancelled.
protocol ClusterAPI: Sendable {
    /// - Parameter node: the machine that serves, for the access log.
    /// - Throws: when the address is taken.
    func serve(
        address: String, port: Int, certificatePEM: String, keyPEM: String, clientCAPEM: String, node: String
    ) async throws
}

/// One etcd cluster and what lives on it: the Kubernetes API, the shared address, the nodes' networks.
actor LabCluster {
    nonisolated let id: UInt64
    /// The configuration of the control plane that was bootstrapped.
    nonisolated let config: NodeConfig
    nonisolated let api: any ClusterAPI
    /// The issuer of the kubelets' certificates.
    nonisolated let authority: CertificateAuthority
    /// The names of the Kubernetes nodes that are Ready, whenever they change.
    nonisolated let readyNodes = Broadcast<Set<String>>(remembered: 1)

    private(set) var etcd = EtcdMembership()
    private(set) var raftIndex: UInt64 = 1
    private var holders: [IPAddress: UInt64] = [:]
    private var podNetworks: [String: Int] = [:]

    init(id: UInt64, config: NodeConfig, authority: CertificateAuthority, api: any ClusterAPI) {
        self.id = id
        self.config = config
        self.authority = authority
        self.api = api
    }

    func found(_ member: UInt64, name: String, address: IPAddress) {
        etcd.found(member, name: name, address: address.description)
    }

    func join(_ member: UInt64, name: String, address: IPAddress) throws(CallStatus) {
        try etcd.join(member, name: name, address: address.description)
        raftIndex += 1
    }

    func promote(_ member: UInt64) {
        etcd.promote(member)
        raftIndex += 1
    }

    func setRunning(_ member: UInt64, _ isRunning: Bool) {
        etcd.setRunning(member, isRunning)
        raftIndex += 1
        if !isRunning { holders = holders.filter { $0.value != member } }
    }

    func remove(_ member: UInt64) {
        etcd.remove(member)
        holders = holders.filter { $0.value != member }
    }

    /// The election of a shared address, which goes through etcd.
    ///
    /// - Returns: whether the member holds the address now.
    func elect(_ member: UInt64, for address: IPAddress) -> Bool {
        guard etcd.hasQuorum, etcd[member]?.isRunning == true else { return false }
        if holders[address] == nil { holders[address] = member }
        return holders[address] == member
    }

    func holds(_ address: IPAddress) -> Bool { holders[address] != nil && etcd.hasQuorum }

    /// Whether anything of this cluster answers at an address.
    func isReachable(at host: String) -> Bool {
        if let address = IPAddress(host), holds(address) { return true }
        return etcd.members.contains { $0.address == host && $0.isRunning } && etcd.hasQuorum
    }

    /// The /24 of the pod network that belongs to a node; the controller manager hands them out in order.
    func podNetwork(of node: String) -> CIDR? {
        let index = podNetworks[node] ?? podNetworks.count
        podNetworks[node] = index
        let subnet = config.texts("cluster", "network", "podSubnets").compactMap { CIDR($0) }.first
        guard let start = subnet?.network.advanced(by: index << 8) else { return nil }
        return CIDR(address: start, prefixLength: 24)
    }
}
