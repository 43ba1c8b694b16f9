package import Core
package import Embedded
package import HTTPClient
package import Inventory
package import Kubernetes
package import Logging
import PKI
package import Packages
package import TalosAPI
import TalosConfig

/// What the steps look at and act upon, made from the plan.
package struct World: Sendable {
    package let plan: Plan
    package let release: Release
    package let directory: StateDirectory
    package let store: any Store
    package let secrets: SecretsVault
    package let http: HTTPClient
    package let services: ServiceHost
    package let board: StatusBoard
    package let embedded: Embedded
    package let clock: any WallClock
    package let log: Logger
    /// Whether the services run for good, not only as long as a step needs them.
    package let isServing: Bool

    package init(
        plan: Plan, release: Release, directory: StateDirectory, store: any Store, secrets: SecretsVault,
        http: HTTPClient, services: ServiceHost, board: StatusBoard, embedded: Embedded, clock: any WallClock,
        log: Logger, isServing: Bool = false
    ) {
        self.plan = plan
        self.release = release
        self.directory = directory
        self.store = store
        self.secrets = secrets
        self.http = http
        self.services = services
        self.board = board
        self.embedded = embedded
        self.clock = clock
        self.log = log
        self.isServing = isServing
    }

    /// The API of a configured node, as `os:admin`.
    package func talos(_ node: NodePlan) async throws -> TalosClient {
        TalosClient(
            http: http, node: endpoint(of: node),
            access: .configured(
                caPEM: try await secrets.bundle().talosCA.certificate.pem, identity: try await secrets.talosAdmin()))
    }

    /// Where a node's Talos API answers.
    package func endpoint(of node: NodePlan) -> TalosEndpoint {
        TalosEndpoint(node.address.description, name: node.name)
    }

    /// Which personality of Talos answers at a node's address.
    package func presence(of node: NodePlan) async throws -> NodePresence {
        let authority = secrets.exists ? try await secrets.bundle().talosCA.certificate : nil
        return await TalosProbe(http: http, authority: authority).presence(of: endpoint(of: node))
    }

    /// The cluster's API through its endpoint, as `system:masters`.
    package func kubernetes() async throws -> KubernetesClient {
        let identity = try await secrets.kubernetesAdmin()
        let access = KubernetesAccess(
            server: plan.endpoint, trust: .authorities(try await secrets.bundle().kubernetesCA.certificate.pem),
            credentials: .certificate(identity.certificate.pem, key: Secret(identity.key.pem)))
        return try KubernetesClient(access: access, http: http)
    }

    /// The machine config of a node: always the same bytes for the same plan and secrets.
    func machineConfig(_ node: NodePlan) async throws -> MachineConfig {
        try MachineConfigGenerator.cozystack(
            cluster: try plan.clusterConfig(), node: plan.nodeConfig(node),
            secrets: try await secrets.bundle(), embedded: embedded)
    }
}
