import Core
import FoundationEssentials
import PKI
import TalosMessages

/// Making a cluster, and what is asked about it.
extension TalosNode {
    /// - Throws: ``CallStatus`` of the ``BootstrapLadder``.
    func bootstrap(client: String) async throws(CallStatus) -> Machine_BootstrapResponse {
        let ladder = BootstrapLadder(
            isContainerRuntimeHealthy: services.isHealthy("cri"), role: life.config?.role, isTimeInSync: isTimeInSync,
            isEtcdEmpty: etcdMember == nil)
        if let refusal = ladder.refusal { throw refusal }
        guard let config = life.config, let address else {
            throw CallStatus(.failedPrecondition, "bootstrap is not available yet")
        }
        // From here on the data directory is not empty: no second call gets through.
        let member = newMember()
        etcdMember = member
        _ = try await environment.controlPlanes.bootstrap(
            cluster: newMember(), member: member, name: hostname, address: address.address, config: config,
            client: client)
        post(.etcdJoined(member: member))
        log.write("[talos] bootstrap requested")
        set("etcd", .starting, "Bootstrap requested")
        var response = Machine_BootstrapResponse()
        response.messages = [Machine_Bootstrap()]
        return response
    }

    func etcdMembers() async throws(CallStatus) -> Machine_EtcdMemberListResponse {
        let etcd = try await runningEtcd().etcd
        var members = Machine_EtcdMembers()
        members.members = etcd.members.map { member in
            var message = Machine_EtcdMember()
            message.id = member.id
            message.hostname = member.name
            message.peerUrls = [member.peerURL]
            message.clientUrls = [member.clientURL]
            message.isLearner = member.isLearner
            return message
        }
        members.legacyMembers = etcd.members.map(\.name)
        var response = Machine_EtcdMemberListResponse()
        response.messages = [members]
        return response
    }

    func etcdStatus() async throws(CallStatus) -> Machine_EtcdStatusResponse {
        let cluster = try await runningEtcd()
        guard let member = etcdMember, let own = await cluster.etcd[member] else {
            throw CallStatus(.unavailable, "etcdserver: not a member")
        }
        let index = await cluster.raftIndex
        var status = Machine_EtcdStatus()
        status.memberStatus.memberID = member
        status.memberStatus.leader = await cluster.etcd.leader ?? 0
        status.memberStatus.isLearner = own.isLearner
        status.memberStatus.protocolVersion = "3.6.12"
        status.memberStatus.storageVersion = "3.6.0"
        status.memberStatus.dbSize = 20 << 20
        status.memberStatus.dbSizeInUse = 8 << 20
        status.memberStatus.raftIndex = index
        status.memberStatus.raftAppliedIndex = index
        status.memberStatus.raftTerm = 2
        var response = Machine_EtcdStatusResponse()
        response.messages = [status]
        return response
    }

    private func runningEtcd() async throws(CallStatus) -> LabCluster {
        guard life.config?.role == .controlPlane else {
            throw CallStatus(.unimplemented, "etcd is only available on control plane nodes")
        }
        guard let cluster, services.isHealthy("etcd"), await cluster.etcd.hasQuorum else {
            throw CallStatus(.unavailable, "error fetching etcd members: etcdclient: no available endpoints")
        }
        return cluster
    }

    /// The admin kubeconfig as Talos sends it: gzip of a tar that lacks its end.
    func kubeconfigArchive() throws -> [UInt8] {
        guard let config = life.config, config.role == .controlPlane else {
            throw CallStatus(.unimplemented, "kubeconfig is only available on control plane nodes")
        }
        guard let authority = config.kubernetesCA.authority, let endpoint = config.endpoint else {
            throw CallStatus(.failedPrecondition, "kubernetes CA is not available")
        }
        let identity = try authority.issue(
            CertificateRequest(
                commonName: "admin", organizations: ["system:masters"], usage: .client,
                validity: .seconds(365 * 86_400), backdate: .seconds(10)),
            clock: environment.clock)
        let text = LabKubeconfig(
            cluster: config.clusterName, server: endpoint, authority: authority.certificate.pem, identity: identity
        ).yaml
        return Gzip.stored(UnfinishedTar.archive(name: "kubeconfig", content: Array(text.utf8), time: now))
    }
}
