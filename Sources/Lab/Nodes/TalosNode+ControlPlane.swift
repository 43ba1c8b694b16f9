import Core
import PKI

/// Etcd and the Kubernetes API of a control plane.
extension TalosNode {
    /// Etcd from its data, from a Bootstrap call or by joining; then the API server and the shared addresses.
    func runControlPlane(_ config: NodeConfig) async {
        do {
            try await wait(for: "cri")
            guard let (cluster, member) = try await enterCluster(config) else { return }
            try await pacer.wait(timing.etcdStart)
            await cluster.setRunning(member, true)
            self.cluster = cluster
            set("etcd", .running, "Health check successful", healthy: true)
            if await cluster.etcd[member]?.isLearner == true {
                try await pacer.wait(timing.etcdPromotion)
                await cluster.promote(member)
                log.write("[talos] etcd member promoted to voter")
            }
            changed()
            try await serveKubernetes(cluster, member, config)
        } catch {
            if !(error is CancellationError) { log.write("[talos] control plane: \(error)", level: .error) }
        }
    }

    /// Waits until this node belongs to a cluster: by its own data, by Bootstrap, or by joining over the endpoint.
    private func enterCluster(_ config: NodeConfig) async throws -> (LabCluster, UInt64)? {
        var isWaiting = false
        while true {
            if let member = etcdMember {
                guard let cluster = await environment.controlPlanes.cluster(of: member) else {
                    // Its data are of a cluster that has removed this member.
                    set("etcd", .waiting, "etcd member \(NodeResources.memberText(member)) was removed", healthy: false)
                    return nil
                }
                set("etcd", .preparing, "Running pre state")
                return (cluster, member)
            }
            if let cluster = try await joinedCluster(config), let member = etcdMember { return (cluster, member) }
            if !isWaiting {
                isWaiting = true
                log.write(
                    "[talos] etcd is waiting to join the cluster, if this node is the first node of the cluster, "
                        + "please run `talosctl bootstrap` against one of the control plane nodes")
            }
            try await pacer.wait(timing.etcdJoinRetry)
        }
    }

    private func joinedCluster(_ config: NodeConfig) async throws -> LabCluster? {
        guard isTimeInSync, let host = config.endpointHost, let address,
            let cluster = await environment.controlPlanes.cluster(at: host),
            cluster.config.etcdCA.certificate == config.etcdCA.certificate, etcdMember == nil
        else { return nil }
        let member = newMember()
        do {
            try await cluster.join(member, name: hostname, address: address.address)
        } catch {
            return nil
        }
        etcdMember = member
        post(.etcdJoined(member: member))
        log.write("[talos] joined etcd as a learner")
        set("etcd", .preparing, "Running pre state")
        return cluster
    }

    func newMember() -> UInt64 { 1 + pacer.number(below: UInt64.max - 1) }

    /// Takes the member out of service before the machine goes down; it stays a member.
    func leaveCluster() async {
        guard let cluster, let member = etcdMember else { return }
        self.cluster = nil
        virtualAddress = nil
        await cluster.setRunning(member, false)
    }

    private func serveKubernetes(_ cluster: LabCluster, _ member: UInt64, _ config: NodeConfig) async throws {
        guard let address, let authority = config.kubernetesCA.authority else { return }
        let network = MachineNetwork(config: config, hardware: hardware, linkNames: linkNames)
        let shared = network?.virtualAddresses ?? []
        let certificate = APIServerCertificate(
            config: config, hostname: hostname, addresses: [address.address] + shared)
        let identity = try certificate.issue(by: authority, clock: environment.clock)
        log.write("[talos] rendered new static pod kube-apiserver")
        try await pacer.wait(timing.apiServerStart)
        await withDiscardingTaskGroup { group in
            group.addTask { await self.serve(cluster, at: address.address, identity, authority) }
            for vip in shared {
                group.addTask { await self.campaign(for: vip, cluster, member, identity, authority) }
            }
        }
    }

    /// Stands for election until it holds the address, then serves on it until it goes down.
    private func campaign(
        for vip: IPAddress, _ cluster: LabCluster, _ member: UInt64, _ identity: Identity,
        _ authority: CertificateAuthority
    ) async {
        while !(await cluster.elect(member, for: vip)) {
            guard (try? await pacer.wait(timing.virtualAddressElection)) != nil else { return }
        }
        virtualAddress = vip
        log.write("[talos] enabled shared IP \"\(vip)\"")
        changed()
        await serve(cluster, at: vip, identity, authority)
    }

    /// Serves until cancelled; a port that is not free yet is tried again.
    private func serve(
        _ cluster: LabCluster, at address: IPAddress, _ identity: Identity, _ authority: CertificateAuthority
    ) async {
        while !Task.isCancelled {
            do {
                try await cluster.api.serve(
                    address: address.description, port: environment.kubernetesPort,
                    certificatePEM: identity.certificate.pem, keyPEM: identity.key.pkcs8PEM,
                    clientCAPEM: authority.certificate.pem, node: hardware.name)
            } catch {
                log.write("kube-apiserver: \(error)", level: .error)
            }
            try? await pacer.wait(timing.probe)
        }
    }
}
