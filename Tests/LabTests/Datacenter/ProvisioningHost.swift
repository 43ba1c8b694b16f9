import Core
import Embedded
import HTTPClient
import Logging
import Netboot
import PKI
import Synchronization
import TalosAPI
import TalosConfig
import Testing

@testable import Lab

/// The provisioning host of a test: the real boot services with the simplest policy, and the clients to go with it.
final class ProvisioningHost: BootPolicy, Sendable {
    enum Delivery: Sendable {
        /// `talos.config` points here.
        case pull
        /// The machines wait in maintenance.
        case push
        /// Nobody boots.
        case hold
    }

    let lab: LabDescription
    let secrets: SecretsBundle
    let admin: Identity
    let http = HTTPClient()
    private let delivery: Delivery
    private let mode: NetbootConfiguration.Mode
    private let assets: String
    private let state = Mutex(State())

    private struct State {
        var installed: Set<MACAddress> = []
        var asked: [String: Int] = [:]
        var refusals: [String: [ConfigAnswer]] = [:]
    }

    init(
        _ lab: LabDescription, delivery: Delivery, mode: NetbootConfiguration.Mode = .dhcp, assets: String
    ) throws {
        self.lab = lab
        self.delivery = delivery
        self.mode = mode
        self.assets = assets
        secrets = try SampleConfig.secrets.get()
        admin = try secrets.talosClient(clock: SystemWallClock())
    }

    deinit {
        http.close()
    }

    var baseURL: String { "http://\(lab.provisioning.address):\(lab.provisioning.httpPort)" }

    /// Answers that requests for a machine's configuration get first, one each.
    func refuse(_ mac: MACAddress, with answers: [ConfigAnswer]) {
        state.withLock { $0.refusals[token(mac)] = answers }
    }

    func requests(of mac: MACAddress) -> Int { state.withLock { $0.asked[token(mac)] ?? 0 } }

    /// Downloads the boot assets from the lab's internet and serves until cancelled.
    func run() async throws {
        for name in ["kernel-amd64", "initramfs-metal-amd64.xz"] {
            let url = "\(lab.files)github.com/cozystack/cozystack/releases/download/\(lab.release)/\(name)"
            let answer = try await http.collect(HTTPRequest(.get, url))
            try #require(answer.head.status == 200, "\(url)")
            try FileStore.replace("\(assets)/\(name)", with: answer.body)
        }
        var configuration = NetbootConfiguration(
            mode: mode, advertise: lab.provisioning.address, listen: lab.provisioning.address,
            httpListen: .init(host: lab.provisioning.address, port: lab.provisioning.httpPort), httpBaseURL: baseURL,
            subnet: lab.subnet)
        configuration.dhcpPort = lab.provisioning.dhcpPort
        configuration.proxyPort = lab.provisioning.proxyPort
        configuration.tftpPort = lab.provisioning.tftpPort
        configuration.gateway = lab.gateway
        configuration.reservations = lab.nodes.map { Reservation(mac: $0.mac, address: $0.address) }
        configuration.assets = ["kernel-amd64", "initramfs-metal-amd64.xz"].map {
            NetbootAsset(name: $0, path: "\(assets)/\($0)")
        }
        let service = NetbootService(
            configuration: configuration, policy: self, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await service.run()
    }

    // MARK: Policy

    func decide(_ machine: MachineIdentity) async -> BootDecision {
        guard lab.nodes.contains(where: { $0.mac == machine.mac }) else { return .ignore }
        if state.withLock({ $0.installed.contains(machine.mac) }) { return .local(reason: "installed") }
        var arguments = [
            "talos.platform=metal", "console=tty0", "slab_nomerge", "pti=on",
            "talos.logging.kernel=tcp://\(lab.provisioning.address):\(lab.provisioning.logPort)/",
        ]
        switch delivery {
        case .hold: return .hold(reason: "not yet", retryAfter: .seconds(1))
        case .push: break
        case .pull: arguments.append("talos.config=\(baseURL)/config/\(token(machine.mac))")
        }
        return .install(
            BootTarget(
                kernelAsset: "kernel-amd64", initramfsAsset: "initramfs-metal-amd64.xz", arguments: arguments))
    }

    func machineConfig(token: String, from address: IPAddress) async -> ConfigAnswer {
        let refusal = state.withLock { state -> ConfigAnswer? in
            state.asked[token, default: 0] += 1
            guard var left = state.refusals[token], !left.isEmpty else { return nil }
            defer { state.refusals[token] = left }
            return left.removeFirst()
        }
        if let refusal { return refusal }
        guard let node = lab.nodes.first(where: { self.token($0.mac) == token }), node.address == address,
            let text = try? config(of: node)
        else { return .notFound }
        return .serve(Array(text.utf8))
    }

    func configDelivered(token: String) async {
        guard let node = lab.nodes.first(where: { self.token($0.mac) == token }) else { return }
        state.withLock { _ = $0.installed.insert(node.mac) }
    }

    /// The boot server has to send the machine to its disk from now on.
    func markInstalled(_ node: LabDescription.Node) {
        state.withLock { _ = $0.installed.insert(node.mac) }
    }

    private func token(_ mac: MACAddress) -> String {
        mac.description.replacing(":", with: "") + "0123456789abcdef0123"
    }

    // MARK: Configurations and clients

    func config(of node: LabDescription.Node, patches: [String] = []) throws -> String {
        var cluster = SampleConfig.cluster(endpoint: "https://\(lab.vip):6443", vip: lab.vip)
        cluster.nodeSubnets = [lab.subnet]
        let input = NodeConfigInput(
            name: node.name, role: node.role == "worker" ? .worker : .controlPlane, mac: node.mac,
            installDisk: .selector(["wwid": node.diskWWID]), labels: ["lab/serial": node.serial], patches: patches)
        return try MachineConfigGenerator.cozystack(
            cluster: cluster, node: input, secrets: secrets, embedded: Embedded()
        ).text
    }

    func endpoint(_ node: LabDescription.Node) -> TalosEndpoint {
        TalosEndpoint(node.address.description)
    }

    func client(_ node: LabDescription.Node, roles: [String]? = nil) throws -> TalosClient {
        let identity = try roles.map { try secrets.talosClient(roles: $0, clock: SystemWallClock()) } ?? admin
        return TalosClient(
            http: http, node: endpoint(node),
            access: .configured(caPEM: secrets.talosCA.certificate.pem, identity: identity))
    }

    func maintenance(_ node: LabDescription.Node, pins: [String]? = nil) -> TalosClient {
        TalosClient(http: http, node: endpoint(node), access: .maintenance(pins: pins))
    }

    func presence(_ node: LabDescription.Node) async -> NodePresence {
        await TalosProbe(http: http, authority: secrets.talosCA.certificate).presence(of: endpoint(node))
    }
}
