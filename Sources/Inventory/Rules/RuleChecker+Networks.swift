import Core
import YAML

extension RuleChecker {
    private static let subnetPaths = ["node", "pod", "service", "join"].map { "spec.networks.\($0).subnet" }

    mutating func checkNetworks() {
        let subnets = Self.subnetPaths.compactMap { subnet($0) }
        for (index, later) in subnets.enumerated() {
            for earlier in subnets[..<index] where later.value.overlaps(earlier.value) {
                overlap(earlier, later, subnets)
            }
        }
        checkPodGateway()
    }

    /// Reports at the one that the operator wrote, the later one if both.
    private mutating func overlap(_ earlier: Placed<CIDR>, _ later: Placed<CIDR>, _ all: [Placed<CIDR>]) {
        let (place, other) = later.mark == .none ? (earlier, later) : (later, earlier)
        let isDefault = other.mark == .none ? ", its default" : ""
        // The node network is what it is; the others can be chosen.
        let movable = later.path
        let choices = [
            "10.244.0.0/16", "10.96.0.0/16", "100.64.0.0/16", "172.20.0.0/16", "10.200.0.0/16", "192.168.0.0/16",
        ]
        let free = choices.compactMap { CIDR($0) }.first { choice in
            !all.contains { $0.path != movable && $0.value.overlaps(choice) }
        }
        report.add(
            place.mark, "\(place.path) is \(place.value)",
            why:
                "it overlaps \(other.path), which is \(other.value)\(isDefault); an address must belong to one network",
            next: free.map { "set \(movable) to another block, for example \($0)" })
    }

    private mutating func checkPodGateway() {
        guard let pod = subnet("spec.networks.pod.subnet"), let first = pod.value.network.advanced(by: 1) else {
            return
        }
        guard let gateway = address("spec.networks.pod.gateway") else {
            if !isGiven("spec.networks.pod.gateway") {
                completed[["spec", "networks", "pod", "gateway"]] = .string(first.description)
            }
            return
        }
        if !pod.value.contains(gateway.value) {
            report.add(
                gateway.mark, "\(gateway.path) is \(gateway.value)", why: "it is not in \(pod.path) \(pod.value)",
                next: "write \(first), or leave it out")
        }
    }

    /// Reports addresses that belong to two things, or to none of the node subnet.
    mutating func checkAddresses() {
        var places: [(place: Placed<IPAddress>, name: String, inSubnet: Bool)] = []
        let gateway = address("spec.networks.node.gateway")
        if let gateway { places.append((gateway, "the gateway", true)) }
        // The provisioning host may be the gateway, and may stand behind a DHCP relay.
        if let host = address("spec.boot.address"), host.value != gateway?.value {
            places.append((host, "the address of the provisioning host", false))
        }
        if let vip = address("spec.vip") { places.append((vip, "the VIP", true)) }
        for (index, node) in nodes.enumerated() {
            guard let field = node["address"], let value = field.string.flatMap({ IPAddress($0) }) else { continue }
            let place = Placed(value: value, mark: field.mark, path: "spec.nodes[\(index)].address")
            places.append((place, "the address of \(nodeName(index))", true))
        }
        occupied = places.map { Occupant(address: $0.place.value, name: $0.name, mark: $0.place.mark) }
        freeAddress = findFreeAddress()
        for (index, entry) in places.enumerated() {
            check(entry.place, inSubnet: entry.inSubnet, earlier: occupied[..<index])
        }
    }

    private mutating func check(_ place: Placed<IPAddress>, inSubnet: Bool, earlier: ArraySlice<Occupant>) {
        let what = "\(place.path) is \(place.value)"
        let why: String? =
            if inSubnet, let subnet = nodeSubnet, let why = misplaced(place.value, in: subnet) {
                why
            } else {
                earlier.first { $0.address == place.value }.map { "that is \($0.name) already, at \($0.mark)" }
            }
        if let why { report.add(place.mark, what, why: why, next: freeAddress.map { "take for example \($0)" }) }
    }

    /// Why no machine of a subnet can have an address; nil when one can.
    private func misplaced(_ address: IPAddress, in subnet: CIDR) -> String? {
        if !subnet.contains(address) { return "it is not in spec.networks.node.subnet \(subnet)" }
        if address == subnet.network { return "it is the address of the network itself" }
        return address == subnet.last ? "it is the broadcast address of \(subnet)" : nil
    }

    mutating func checkEndpoint() {
        let vip = address("spec.vip")
        guard let endpoint = text("spec.endpoint") else {
            if isGiven("spec.endpoint") { return }
            if let vip {
                completed[["spec", "endpoint"]] = .string("https://\(vip.value):6443")
            } else if !isGiven("spec.vip") {
                report.add(
                    specMark, "spec.endpoint is missing",
                    why: "neither endpoint nor vip says where the Kubernetes API is",
                    next: "add vip: \(freeAddress?.description ?? "with a free address of the node subnet")")
            }
            return
        }
        guard let url = URLParts(endpoint.value), let host = IPAddress(url.host) else { return }
        if let vip, vip.value != host {
            report.add(
                endpoint.mark, "\(endpoint.path) is \(endpoint.value)",
                why: "the API is reached through the VIP, which is \(vip.value)",
                next: "write https://\(vip.value):\(url.port ?? 6443), or leave it out")
        }
        if let worker = nodes.first(where: { $0["address"]?.string == url.host && $0["role"]?.string == "worker" }) {
            report.add(
                endpoint.mark, "\(endpoint.path) is \(endpoint.value)",
                why: "\(worker["name"]?.string ?? "the node there") is a worker and does not serve the API",
                next: "add vip: with a free address, or take that of a control plane")
        }
    }
}
