import Core
import HTTPClient
import Kubernetes
import PKI

/// What runs inside a cluster of the lab once its API answers: Flux, and the watch over the nodes' readiness.
struct ClusterServices: Sendable {
    let cluster: LabCluster
    let environment: NodeEnvironment
    let flux: LabFluxOptions

    func run() async {
        do {
            let watcher = try client("lab-controller-manager/1", name: "system:kube-controller-manager")
            let flux = try client(LabFlux.userAgent, name: "system:serviceaccount:cozy-fluxcd:flux")
            while !((try? await watcher.isServerReady()) ?? false) {
                try await Task.sleep(for: environment.timing.probe)
            }
            await withDiscardingTaskGroup { group in
                group.addTask { await watchNodes(watcher) }
                group.addTask { await runFlux(flux) }
            }
        } catch {
            return
        }
    }

    /// Tells the machines which of them are Ready.
    private func watchNodes(_ client: KubernetesClient) async {
        let nodes = Informer(
            client: client, type: .node,
            timing: .init(backoff: Backoff(base: .milliseconds(100), cap: .seconds(2))))
        await withDiscardingTaskGroup { group in
            group.addTask { await nodes.run() }
            var ready: Set<String> = []
            for await change in nodes.changes() {
                let name = change.key.name
                let before = ready
                if change.new?.isReady == true { ready.insert(name) } else { ready.remove(name) }
                if ready != before { cluster.readyNodes.send(ready) }
            }
            group.cancelAll()
        }
    }

    /// Flux starts over when it fails, as its pod would.
    private func runFlux(_ client: KubernetesClient) async {
        let source = OCIArtifactSource(http: environment.http)
        while !Task.isCancelled {
            try? await LabFlux(client: client, source: source, options: flux).run()
            try? await Task.sleep(for: environment.timing.probe)
        }
    }

    private func client(_ userAgent: String, name: String) throws -> KubernetesClient {
        let identity = try cluster.authority.issue(
            CertificateRequest(
                commonName: name, organizations: ["system:masters"], usage: .client,
                validity: .seconds(365 * 86_400), backdate: .seconds(10)),
            clock: environment.clock)
        let access = KubernetesAccess(
            server: cluster.config.endpoint ?? "", trust: .authorities(cluster.authority.certificate.pem),
            credentials: .certificate(identity.certificate.pem, key: Secret(identity.key.pem)))
        return try KubernetesClient(access: access, http: environment.http, userAgent: userAgent)
    }
}
