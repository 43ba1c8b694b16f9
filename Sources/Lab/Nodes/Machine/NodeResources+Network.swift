import Core
import YAML

extension NodeResources {
    static let network: [String: Kind] = [
        "LinkStatuses.net.talos.dev": Kind(namespace: "network") { node in
            zip(node.linkNames, node.hardware.links).map { ($0, link($1)) } + [
                ("lo", ["type": "loopback", "index": 1])
            ]
        },
        "AddressStatuses.net.talos.dev": Kind(namespace: "network") { node in
            guard let name = node.linkNames.first else { return [] }
            let shared = node.virtualAddress.flatMap { CIDR(address: $0, prefixLength: 32) }
            return [node.address, shared].compactMap { $0 }.map { block in
                (
                    "\(name)/\(block)",
                    [
                        "address": .string(block.description), "local": .string(block.address.description),
                        "linkIndex": .int(node.hardware.links[0].index), "linkName": .string(name),
                        "family": "inet4", "scope": "global", "flags": "permanent",
                    ]
                )
            }
        },
        "NodeAddresses.net.talos.dev": Kind(namespace: "network") { node in
            guard let address = node.address else { return [] }
            let spec: Node = ["addresses": [.string(address.description)]]
            return ["accumulative", "current", "default", "routed"].map { ($0, spec) }
        },
        "HardwareAddresses.net.talos.dev": single("network", "first") { node in
            node.linkNames.first.map {
                ["name": .string($0), "hardwareAddr": .string(node.hardware.mac.description)]
            }
        },
        "HostnameStatuses.net.talos.dev": single("network", "hostname") { node in
            ["hostname": .string(node.hostname), "domainname": ""]
        },
        "NetworkStatuses.net.talos.dev": single("network", "status") { node in
            let isUp = Node.bool(node.address != nil)
            return ["addressReady": isUp, "connectivityReady": isUp, "hostnameReady": isUp, "etcFilesReady": isUp]
        },
        "RouteStatuses.net.talos.dev": Kind(namespace: "network") { node in
            guard let gateway = node.gateway, let link = node.linkNames.first else { return [] }
            return [
                (
                    "inet4/\(gateway)//1024",
                    [
                        "family": "inet4", "dst": "", "src": "", "gateway": .string(gateway.description),
                        "outLinkName": .string(link), "table": "main", "priority": 1024, "scope": "global",
                        "type": "unicast", "protocol": "dhcp",
                    ]
                )
            ]
        },
        "ResolverStatuses.net.talos.dev": empty("network"),
        "TimeServerStatuses.net.talos.dev": empty("network"),
    ]

    private static func link(_ link: NodeLink) -> Node {
        [
            "index": .int(link.index), "type": "ether", "linkIndex": 0,
            "flags": .string(link.isUp ? "UP,BROADCAST,RUNNING,MULTICAST,LOWER_UP" : "UP,BROADCAST,MULTICAST"),
            "hardwareAddr": .string(link.mac.description), "permanentAddr": .string(link.mac.description),
            "broadcastAddr": "ff:ff:ff:ff:ff:ff", "mtu": 1500, "operationalState": .string(link.isUp ? "up" : "down"),
            "kind": "", "slaveKind": "", "busPath": .string(link.busPath), "pciID": "8086:1563", "driver": "ixgbe",
            "linkState": .bool(link.isUp), "speedMbit": .int(link.isUp ? 10_000 : 0), "port": "TwistedPair",
            "duplex": .string(link.isUp ? "Full" : "Unknown"),
        ]
    }
}
