import Core
import Glibc
import Inventory
import Netboot
import NetbootWire
import Packages
import TalosConfig

/// What the rooms below need, taken from the plan.
extension Plan {
    func clusterConfig() throws(Fault) -> ClusterConfigInput {
        guard let contract = TalosContract(versions.talos) else {
            throw Fault(.usage, "\(versions.talos) is no Talos version")
        }
        var input = ClusterConfigInput(
            clusterName: clusterName, endpoint: endpoint, contract: contract,
            kubernetesVersion: versions.kubernetes.hasPrefix("v")
                ? String(versions.kubernetes.dropFirst()) : versions.kubernetes)
        input.vip = vip
        input.installerImage = versions.installerImage
        input.dnsDomain = networks.domain
        input.podSubnets = [networks.pod.subnet]
        input.serviceSubnets = [networks.service.subnet]
        input.nodeSubnets = [networks.node.subnet]
        input.nameservers = networks.dns
        input.timeServers = networks.ntp
        input.registryMirrors = mirrors.registries.sorted { $0.key < $1.key }.map {
            ClusterConfigInput.RegistryMirror(host: $0.key, endpoints: $0.value)
        }
        return input
    }

    func nodeConfig(_ node: NodePlan) -> NodeConfigInput {
        var input = NodeConfigInput(
            name: node.name, role: node.role == .controlPlane ? .controlPlane : .worker,
            installDisk: .selector(node.disk.selector))
        input.mac = node.mac
        input.address = block(of: node)
        input.gateway = networks.node.gateway
        input.labels = node.labels
        input.patches = node.patches
        return input
    }

    /// The one node that a machine is; nil for none and for several.
    func node(of machine: MachineIdentity) -> NodePlan? {
        let fitting = nodes(mac: machine.mac, uuid: machine.uuid, serial: machine.serial)
        return fitting.count == 1 ? fitting[0] : nil
    }

    /// Where a file is fetched from: its own URL, or that of the mirror with the longest fitting beginning.
    func mirrored(_ url: String) -> String {
        let fitting = mirrors.files.filter { url.hasPrefix($0.key) }.max { $0.key.count < $1.key.count }
        guard let fitting else { return url }
        return fitting.value + url.dropFirst(fitting.key.count)
    }
}

extension World {
    /// The address that machines reach this host at: the spec's, or that of its interface.
    func bootAddress() throws(Fault) -> IPAddress {
        if let address = plan.boot.address { return address }
        guard let interface = plan.boot.interface, let address = HostInterface.address(of: interface) else {
            throw Fault(
                .refused, "the interface \(plan.boot.interface ?? "") has no IPv4 address on this host",
                next: "name the address that machines reach this host at in spec.boot.address")
        }
        return address
    }

    /// What stands before the paths that machines fetch.
    func bootURL() throws(Fault) -> String {
        "http://\(try bootAddress().urlHost):\(plan.boot.http.listen.port)"
    }

    func netbootConfiguration() throws(Fault) -> NetbootConfiguration {
        let address = try bootAddress()
        let boot = plan.boot
        guard let listen = IPAddress(boot.http.listen.host) else {
            throw Fault(.usage, "spec.boot.http.listen must name an address, not \(boot.http.listen.host)")
        }
        var configuration = NetbootConfiguration(
            mode: NetbootConfiguration.Mode(rawValue: boot.mode.rawValue) ?? .off, advertise: address,
            listen: boot.interface == nil ? address : IPAddress(v4: 0, 0, 0, 0),
            httpListen: NetbootConfiguration.Endpoint(host: listen, port: boot.http.listen.port),
            httpBaseURL: try bootURL(), subnet: plan.networks.node.subnet, bootloaderDirectory: boot.bootloaders)
        configuration.interface = boot.interface
        (configuration.dhcpPort, configuration.proxyPort) = (boot.ports.dhcp, boot.ports.proxy)
        configuration.tftpPort = boot.ports.tftp
        configuration.gateway = plan.networks.node.gateway
        configuration.dns = plan.networks.dns
        configuration.ranges = boot.ranges.map(\.closed)
        configuration.reservations = plan.nodes.map {
            Reservation(mac: $0.mac, uuid: $0.uuid, address: $0.address, hostname: $0.name)
        }
        configuration.leaseFile = directory.leases
        configuration.assets = release.assets.map {
            NetbootAsset(name: $0.name, path: "\(directory.assets)/\($0.name)", sha256: $0.sha256)
        }
        return configuration
    }

    /// Who holds the Lease of the package controllers: the same after a restart on the same state.
    func controllerIdentity() -> String {
        var name = utsname()
        uname(&name)
        let host = withUnsafeBytes(of: name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return "cozy-bootstrap/\(host)\(directory.path)"
    }
}
