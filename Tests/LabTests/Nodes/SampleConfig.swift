import Core
import Embedded
import PKI
import TalosConfig
import YAML

@testable import Lab

/// Machine configurations as the product generates them.
enum SampleConfig {
    static let hardware = NodeHardware(index: 0, seed: 1)
    /// Made once: the RSA key takes its time.
    static let secrets = Result { try SecretsBundle.generate(contract: .v113, clock: SystemWallClock()) }

    static func cluster(
        endpoint: String = "https://127.200.0.2:6443", vip: IPAddress? = IPAddress("127.200.0.2")
    ) -> ClusterConfigInput {
        ClusterConfigInput(
            clusterName: "lab", endpoint: endpoint, vip: vip, contract: .v113, kubernetesVersion: "1.33.12",
            installerImage: "ghcr.io/cozystack/cozystack/talos:v1.13.6", dnsDomain: "cozy.local",
            podSubnets: [CIDR("10.244.0.0/16")].compactMap { $0 },
            serviceSubnets: [CIDR("10.96.0.0/16")].compactMap { $0 },
            nodeSubnets: [CIDR("127.200.0.0/16")].compactMap { $0 })
    }

    static func text(
        _ role: NodeRole = .controlPlane, name: String = "node-001", hardware: NodeHardware? = hardware,
        cluster: ClusterConfigInput = cluster(), secrets: SecretsBundle? = nil, patches: [String] = []
    ) throws -> String {
        let secrets = try secrets ?? self.secrets.get()
        let node = NodeConfigInput(
            name: name, role: role, mac: hardware?.mac,
            installDisk: .selector(["wwid": hardware?.systemDisk?.wwid ?? ""]), labels: ["rack": "a"], patches: patches)
        return try MachineConfigGenerator.cozystack(
            cluster: cluster, node: node, secrets: secrets, embedded: Embedded()
        ).text
    }

    static func controlPlane() throws -> NodeConfig { try ConfigLoader.load(Array(try text().utf8)) }

    static func worker() throws -> NodeConfig { try ConfigLoader.load(Array(try text(.worker).utf8)) }

    static func partial() throws -> NodeConfig {
        try ConfigLoader.load(Array("apiVersion: v1alpha1\nkind: EventSinkConfig\nendpoint: 10.0.0.1:8080\n".utf8))
    }
}
