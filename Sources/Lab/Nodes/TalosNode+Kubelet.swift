import Core
import Kubernetes
import PKI

/// The kubelet: it registers the node with the cluster behind the endpoint.
extension TalosNode {
    static let kubeletAgent = "lab-kubelet/1"

    func runKubelet(_ config: NodeConfig) async {
        do {
            try await wait(for: "kubelet")
            let (cluster, client) = try await connect(config)
            try await pacer.wait(timing.kubeletStart)
            try await register(cluster, client, config)
            log.write("[talos] node \"\(hostname)\" registered")
            for await ready in cluster.readyNodes.follow(past: { $0.suffix(1) }) {
                isNodeReady = ready.contains(hostname)
                changed()
                if life.stage == .running { publishStatus() }
            }
        } catch {
            if !(error is CancellationError) { log.write("kubelet: \(error)", level: .error) }
        }
    }

    /// Waits for the cluster endpoint, and gets a client certificate as TLS bootstrap would.
    private func connect(_ config: NodeConfig) async throws -> (LabCluster, KubernetesClient) {
        while true {
            if let endpoint = config.endpoint, let host = config.endpointHost,
                let cluster = await environment.controlPlanes.cluster(at: host),
                let trusted = config.kubernetesCA.certificate
            {
                let identity = try cluster.authority.issue(
                    CertificateRequest(
                        commonName: "system:node:\(hostname)", organizations: ["system:nodes"], usage: .client,
                        validity: .seconds(365 * 86_400), backdate: .seconds(10)),
                    clock: environment.clock)
                let access = KubernetesAccess(
                    server: endpoint, trust: .authorities(trusted),
                    credentials: .certificate(identity.certificate.pem, key: Secret(identity.key.pem)))
                let client = try KubernetesClient(
                    access: access, http: environment.http, userAgent: Self.kubeletAgent,
                    behaviour: .init(attempts: 1, deadline: .seconds(10)))
                return (cluster, client)
            }
            try await pacer.wait(timing.probe)
        }
    }

    /// Creates the Node, or takes the one that is there, until both it and its status are written.
    private func register(_ cluster: LabCluster, _ client: KubernetesClient, _ config: NodeConfig) async throws {
        guard let address else { return }
        let node = KubeletNode(
            config: config, hardware: hardware, hostname: hostname, address: address.address,
            podNetwork: await cluster.podNetwork(of: hostname), bootID: bootID,
            talosVersion: environment.talosVersion, now: now)
        while true {
            do {
                do {
                    _ = try await client.create(node.object, fieldManager: "kubelet")
                } catch let error as KubernetesError where error.isAlreadyExists {
                    // The same machine after a reboot: only what it says about itself is new.
                }
                try await client.mergePatch(
                    .node, hostname, ["status": node.status], subresource: "status", fieldManager: "kubelet")
                return
            } catch is KubernetesError {
                try await pacer.wait(timing.probe)
            } catch is Fault {
                try Task.checkCancellation()
                try await pacer.wait(timing.probe)
            }
        }
    }
}
