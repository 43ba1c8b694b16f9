import Core
import YAML

/// What a configuration makes of a machine's network: only what names a link that the machine has counts.
struct MachineNetwork: Sendable, Hashable {
    /// The fixed address; nil where the link uses DHCP.
    var address: CIDR?
    var gateway: IPAddress?
    /// Shared addresses on links that exist.
    var virtualAddresses: [IPAddress] = []

    /// - Returns: nil when the configuration says nothing about any link of the machine.
    init?(config: NodeConfig, hardware: NodeHardware, linkNames: [String]) {
        var found = false
        for interface in config.legacy?[["machine", "network", "interfaces"]]?.sequence ?? [] {
            guard Self.names(interface, of: hardware, linkNames: linkNames) else { continue }
            found = true
            take(addresses: interface["addresses"], routes: interface["routes"], to: "network")
            if let vip = interface[["vip", "ip"]]?.text.flatMap({ IPAddress($0) }) { virtualAddresses.append(vip) }
        }
        let aliases = Self.aliases(in: config, hardware)
        for link in config.documents(kind: "LinkConfig") {
            guard let name = link["name"]?.text, name == linkNames.first || aliases.contains(name) else { continue }
            found = true
            take(addresses: link["addresses"], routes: link["routes"], to: "destination")
        }
        for vip in config.documents(kind: "Layer2VIPConfig") {
            guard let link = vip["link"]?.text, linkNames.contains(link) || aliases.contains(link),
                let address = vip["name"]?.text.flatMap({ IPAddress($0) })
            else { continue }
            found = true
            virtualAddresses.append(address)
        }
        guard found else { return nil }
    }

    private mutating func take(addresses: Node?, routes: Node?, to destination: String) {
        let texts = addresses?.sequence?.compactMap { $0.text ?? $0["address"]?.text } ?? []
        if let first = texts.compactMap({ CIDR($0) }).first { address = first }
        for route in routes?.sequence ?? [] {
            let target = route[destination]?.text ?? ""
            if ["", "0.0.0.0/0", "default"].contains(target) {
                gateway = route["gateway"]?.text.flatMap { IPAddress($0) } ?? gateway
            }
        }
    }

    /// Whether an interface of the legacy document means the first link, by its name or by a selector.
    private static func names(_ interface: Node, of hardware: NodeHardware, linkNames: [String]) -> Bool {
        guard let first = hardware.links.first else { return false }
        if let name = interface["interface"]?.text { return name == linkNames.first }
        guard let selector = interface["deviceSelector"]?.mapping, !selector.isEmpty else { return false }
        return selector.allSatisfy { pair in
            let wanted = pair.value.text ?? ""
            switch pair.key.text {
            case "hardwareAddr", "permanentAddr":
                return DiskSelector.glob(wanted.lowercased(), first.mac.description)
            case "busPath": return DiskSelector.glob(wanted, first.busPath)
            case "driver": return DiskSelector.glob(wanted, "ixgbe")
            case "pciID": return DiskSelector.glob(wanted, "8086:1563")
            case "physical": return pair.value.bool == true
            default: return false
            }
        }
    }

    /// The names that LinkAliasConfig documents give to the first link. Of CEL, the comparison with a MAC is known.
    private static func aliases(in config: NodeConfig, _ hardware: NodeHardware) -> Set<String> {
        let matching = config.documents(kind: "LinkAliasConfig").filter {
            ($0[["selector", "match"]]?.text ?? "").lowercased().contains("\"\(hardware.mac)\"")
        }
        return Set(matching.compactMap { $0["name"]?.text })
    }
}
