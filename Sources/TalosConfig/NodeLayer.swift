import Core
import YAML

/// The part of a machine config that belongs to one node: its name, network, labels.
struct NodeLayer {
    let node: NodeConfigInput
    let cluster: ClusterConfigInput

    /// A patch for the document with `machine` and `cluster`; nil when there is nothing to say.
    func patch() throws(Fault) -> Node? {
        var machine: [(String, Node?)] = []
        if let network = try network() { machine.append(("network", network)) }
        if !cluster.timeServers.isEmpty {
            machine.append(("time", .mapping([("servers", .strings(cluster.timeServers))])))
        }
        if !node.labels.isEmpty {
            machine.append(
                ("nodeLabels", .mapping(node.labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })))
        }
        return machine.isEmpty ? nil : .mapping([("machine", .mapping(machine))])
    }

    /// Documents of their own kind that replace the ones of the same kind and name.
    var documents: [Node] {
        let hostname: Node = .mapping([
            ("apiVersion", "v1alpha1"), ("kind", "HostnameConfig"), ("hostname", .string(node.name)),
        ])
        let mirrors = cluster.registryMirrors.map(PlainConfig.registryMirror)
        let events: Node? = cluster.eventSink.map {
            .mapping([("apiVersion", "v1alpha1"), ("kind", "EventSinkConfig"), ("endpoint", .string($0))])
        }
        let log: Node? = cluster.kernelLog.map {
            .mapping([
                ("apiVersion", "v1alpha1"), ("kind", "KmsgLogConfig"), ("name", "cozy-bootstrap"), ("url", .string($0)),
            ])
        }
        return [hostname] + mirrors + [events, log].compactMap(\.self)
    }

    private func network() throws(Fault) -> Node? {
        var entries: [(String, Node?)] = []
        if let interface = try interface() { entries.append(("interfaces", [interface])) }
        if !cluster.nameservers.isEmpty {
            entries.append(("nameservers", .strings(cluster.nameservers.map(\.description))))
        }
        return entries.isEmpty ? nil : .mapping(entries)
    }

    private func interface() throws(Fault) -> Node? {
        let vip = node.role == .controlPlane ? cluster.vip : nil
        guard let mac = node.mac else {
            guard vip == nil, node.address == nil || node.gateway == nil else {
                throw Fault(
                    .usage, "node \(node.name) has no MAC address",
                    why: "its network card cannot be named in the config",
                    next: "give match.mac of the card that carries its address")
            }
            return nil
        }
        var entries: [(String, Node?)] = [
            ("deviceSelector", .mapping([("hardwareAddr", .string(mac.description))]))
        ]
        if let address = node.address, let gateway = node.gateway {
            let route: Node = .mapping([
                ("network", gateway.isIPv4 ? "0.0.0.0/0" : "::/0"), ("gateway", .string(gateway.description)),
            ])
            entries += [("addresses", .strings([address.description])), ("routes", [route]), ("dhcp", false)]
        } else {
            entries.append(("dhcp", true))
        }
        entries.append(("vip", vip.map { .mapping([("ip", .string($0.description))]) }))
        return .mapping(entries)
    }
}
