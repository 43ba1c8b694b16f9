import Core
import PKI

/// Which clusters there are, and what a machine finds behind the address of a cluster endpoint.
actor ControlPlanes {
    /// The trustd of a configured control plane: it signs the certificates of workers.
    private struct Trustd {
        let authority: CertificateAuthority
        let token: String
    }

    private let accessLog: AccessLog
    private let makeAPI: @Sendable (NodeConfig) -> any ClusterAPI
    /// Every new cluster.
    nonisolated let created = Broadcast<LabCluster>(remembered: 16)
    private(set) var clusters: [LabCluster] = []
    private var trustds: [IPAddress: Trustd] = [:]

    init(accessLog: AccessLog, makeAPI: @escaping @Sendable (NodeConfig) -> any ClusterAPI) {
        self.accessLog = accessLog
        self.makeAPI = makeAPI
    }

    /// Makes a cluster with one member. Nothing keeps a second one from being made: that is the caller's job, and the
    /// access log tells of each.
    ///
    /// - Throws: ``CallStatus`` when the configuration has no authority for Kubernetes.
    func bootstrap(
        cluster id: UInt64, member: UInt64, name: String, address: IPAddress, config: NodeConfig, client: String
    ) async throws(CallStatus) -> LabCluster {
        guard let authority = config.kubernetesCA.authority else {
            throw CallStatus(.internal, "the configuration has no CA for Kubernetes")
        }
        let cluster = LabCluster(id: id, config: config, authority: authority, api: makeAPI(config))
        clusters.append(cluster)
        await cluster.found(member, name: name, address: address)
        accessLog.record(
            service: "etcd", node: name, client: client, call: "cluster-created \(NodeResources.memberText(id))",
            write: true, status: "OK")
        created.send(cluster)
        return cluster
    }

    /// The cluster that a member belongs to.
    func cluster(of member: UInt64) async -> LabCluster? {
        for cluster in clusters where await cluster.etcd[member] != nil { return cluster }
        return nil
    }

    /// The cluster that answers behind a host.
    func cluster(at host: String) async -> LabCluster? {
        for cluster in clusters where await cluster.isReachable(at: host) { return cluster }
        return nil
    }

    /// A control plane has its certificates and runs trustd.
    func startTrustd(at address: IPAddress, config: NodeConfig) {
        guard let authority = config.osCA.authority, let token = config.machineToken else { return }
        trustds[address] = Trustd(authority: authority, token: token)
    }

    func stopTrustd(at address: IPAddress) {
        trustds[address] = nil
    }

    /// Asks the trustd behind a host for a certificate.
    ///
    /// - Throws: ``CallStatus`` `unavailable` while nobody is there, `unauthenticated` for a wrong token.
    func certificate(
        from host: String, token: String, request: CertificateRequest, clock: any WallClock
    ) async throws(CallStatus) -> Identity {
        guard let trustd = await trustd(behind: host) else {
            throw CallStatus(.unavailable, "connection error: dial tcp \(host):50001: connect: connection refused")
        }
        guard trustd.token == token else {
            throw CallStatus(.unauthenticated, "token is invalid")
        }
        do {
            return try trustd.authority.issue(request, clock: clock)
        } catch {
            throw CallStatus(.internal, error.description)
        }
    }

    private func trustd(behind host: String) async -> Trustd? {
        guard let address = IPAddress(host) else { return nil }
        if let trustd = trustds[address] { return trustd }
        // A shared address leads to the member that holds it.
        for cluster in clusters where await cluster.holds(address) {
            for member in await cluster.etcd.members where member.isRunning {
                if let address = IPAddress(member.address), let trustd = trustds[address] { return trustd }
            }
        }
        return nil
    }
}
