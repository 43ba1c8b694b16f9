package import Core
import Embedded
import Glibc
import HTTPClient
import NIOPosix
import OCI
import Packages

/// The built-in datacenter: a rack of machines, the network they are on, and the internet, all on loopback addresses.
package struct Lab: Sendable {
    package static let filesPort = 8081
    package static let registryPort = 5000
    /// The port of the relay, which also keeps a second lab off the same addresses.
    private static let relayPort = 6767

    private let configuration: LabConfiguration
    private let clock: any WallClock

    package init(_ configuration: LabConfiguration, clock: any WallClock = SystemWallClock()) {
        self.configuration = configuration
        self.clock = clock
    }

    /// Runs until the task is cancelled. What the machines hold goes with it.
    ///
    /// - Parameter ready: called once everything listens; `lab.json` is written then, and removed at the end.
    /// - Throws: ``Fault`` `usage` for a configuration that cannot be, `refused` when no network is free.
    package func run(ready: @escaping @Sendable (LabDescription) -> Void) async throws {
        try configuration.validate()
        try FileStore.createDirectory(configuration.directory)
        Self.raiseFileLimit()
        let release = try Release.load(configuration.release, embedded: Embedded())
        let hardware = try machines()
        let accessLog = try AccessLog(path: "\(configuration.directory)/\(Self.accessLogName)", clock: clock)
        let (addresses, relay) = try await claimNetwork(hardware)
        let internet = try LabInternet(
            release: release, address: addresses.internet, clock: clock, accessLog: accessLog)
        let environment = environment(addresses, relay, internet.assets.digests, accessLog, release)
        let description = describe(addresses, hardware, internet, release)
        let nodes = hardware.map { TalosNode(hardware: $0, environment: environment) }
        do {
            try await withThrowingDiscardingTaskGroup { group in
                let listening = Listening(awaited: 2) {
                    try? description.write(directory: configuration.directory)
                    ready(description)
                }
                group.addTask { try await internet.serve(listening) }
                group.addTask { await serveClusters(environment) }
                for node in nodes {
                    group.addTask { await node.run() }
                    group.addTask {
                        try? await Task.sleep(for: node.pacer.part(of: configuration.timing.powerOnSpread))
                        if configuration.powerOn { node.post(.powerOn) }
                    }
                }
            }
        } catch {
            await end(relay, environment)
            throw error
        }
        await end(relay, environment)
    }

    private static let accessLogName = "access.jsonl"

    private func end(_ relay: DHCPRelay, _ environment: NodeEnvironment) async {
        await relay.close()
        environment.http.close()
        unlink("\(configuration.directory)/\(LabDescription.fileName)")
    }

    private func machines() throws(Fault) -> [NodeHardware] {
        var machines: [NodeHardware] = []
        for index in 0..<configuration.nodes {
            let firmware: NodeHardware.Firmware
            switch configuration.firmware {
            case .uefi: firmware = .uefi
            case .bios: firmware = .bios
            case .mixed: firmware = index % 3 == 2 ? .bios : .uefi
            }
            guard let machine = NodeHardware(index: index, seed: configuration.seed, firmware: firmware) else {
                throw Fault(.usage, "a lab cannot have \(configuration.nodes) nodes")
            }
            machines.append(machine)
        }
        return machines
    }

    /// Takes the first network on which the relay's port is free.
    private func claimNetwork(_ hardware: [NodeHardware]) async throws -> (LabAddresses, DHCPRelay) {
        let all = Array(LabAddresses.networks)
        let start = Int(getpid()) % all.count
        let candidates = configuration.network.map { [$0] } ?? Array(all[start...] + all[..<start])
        var problem: (any Error)?
        for network in candidates {
            guard let addresses = LabAddresses(network: network) else { continue }
            do {
                return (addresses, try await openRelay(addresses, hardware))
            } catch {
                problem = error
            }
        }
        throw problem ?? Fault(.refused, "no network is free for a lab")
    }

    private func openRelay(_ addresses: LabAddresses, _ hardware: [NodeHardware]) async throws -> DHCPRelay {
        var neighbour: DatacenterDHCP?
        if configuration.ownDHCP {
            let leases = hardware.enumerated().map { ($0.element.mac, addresses.node($0.offset)) }
            neighbour = DatacenterDHCP(
                address: addresses.gateway, subnet: addresses.subnet,
                leases: Dictionary(leases, uniquingKeysWith: { $1 }))
        }
        return try await DHCPRelay.open(
            address: addresses.gateway, port: Self.relayPort, server: addresses.provisioning,
            serverPort: LabDescription.Provisioning.standard(addresses.provisioning).dhcpPort, neighbour: neighbour,
            eventLoops: MultiThreadedEventLoopGroup.singleton)
    }

    private func environment(
        _ addresses: LabAddresses, _ relay: DHCPRelay, _ assets: BootAssetDigests, _ accessLog: AccessLog,
        _ release: Release
    ) -> NodeEnvironment {
        let clock = clock
        let version = release.kubernetesVersion
        let controlPlanes = ControlPlanes(accessLog: accessLog) { config in
            KubernetesFront(
                api: LabKubernetes(
                    accessLog: accessLog, clock: clock,
                    options: .init(version: config.kubernetesVersion ?? version)))
        }
        return NodeEnvironment(
            addresses: addresses, timing: configuration.timing, seed: configuration.seed, clock: clock,
            accessLog: accessLog, eventLoops: MultiThreadedEventLoopGroup.singleton,
            http: HTTPClient(configuration: .init(userAgent: "lab", idleConnections: 2 * configuration.nodes + 32)),
            relay: relay, controlPlanes: controlPlanes, assets: assets,
            tftpPort: LabDescription.Provisioning.standard(addresses.provisioning).tftpPort,
            talosVersion: release.talosVersion, kexec: configuration.kexec)
    }

    /// Runs what lives in each cluster that comes into being.
    private func serveClusters(_ environment: NodeEnvironment) async {
        await withDiscardingTaskGroup { group in
            for await cluster in environment.controlPlanes.created.follow(past: { $0 }) {
                let services = ClusterServices(
                    cluster: cluster, environment: environment, flux: LabFluxOptions(clock: clock))
                group.addTask { await services.run() }
            }
            group.cancelAll()
        }
    }

    private func describe(
        _ addresses: LabAddresses, _ hardware: [NodeHardware], _ internet: LabInternet, _ release: Release
    ) -> LabDescription {
        LabDescription(
            pid: getpid(), network: addresses.network, subnet: addresses.subnet, gateway: addresses.gateway,
            provisioning: .standard(addresses.provisioning), vip: addresses.vip, files: internet.filesURL,
            registry: internet.registry, source: internet.source, sourceDigest: internet.sourceDigest,
            release: release.version,
            nodes: hardware.enumerated().map { index, machine in
                LabDescription.Node(
                    name: machine.name, role: index < configuration.controlPlanes ? "control-plane" : "worker",
                    mac: machine.mac, uuid: machine.uuid, serial: machine.serial, address: addresses.node(index),
                    diskWWID: machine.systemDisk?.wwid ?? "", diskSerial: machine.systemDisk?.serial ?? "")
            },
            accessLog: "\(configuration.directory)/\(Self.accessLogName)")
    }

    /// Hundreds of machines in one process need more sockets than a shell grants at first.
    private static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, 65_536)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
