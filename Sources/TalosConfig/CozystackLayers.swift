import Core
import Embedded
import YAML

/// The layers of `machineconfigs/` that make a plain config one for Cozystack.
struct CozystackLayers {
    let cluster: ClusterConfigInput
    let node: NodeConfigInput
    let embedded: Embedded

    /// The input with Cozystack's own defaults where nothing is given.
    static func completed(_ cluster: ClusterConfigInput) -> ClusterConfigInput {
        var cluster = cluster
        cluster.dnsDomain = cluster.dnsDomain ?? "cozy.local"
        cluster.podSubnets = cluster.podSubnets ?? CIDR("10.244.0.0/16").map { [$0] }
        cluster.serviceSubnets = cluster.serviceSubnets ?? CIDR("10.96.0.0/16").map { [$0] }
        // The layers bring this one.
        cluster.certSANs.removeAll { $0 == "127.0.0.1" }
        return cluster
    }

    func apply(to documents: [Node]) throws(Fault) -> [Node] {
        let variables = LayerVariables(values)
        var documents = documents
        for name in names {
            let file = "machineconfigs/\(name).yaml"
            let layer = try variables.resolve(try YAML.parse(try embedded.bytes(file), file: file), file: file)
            documents = try StrategicMerge.apply(layer, to: documents, file: file)
        }
        return documents
    }

    private var names: [String] {
        var names = ["base"]
        if cluster.tcpKeepaliveTuning { names.append("keepalive") }
        if cluster.hugePages != nil { names.append("hugepages") }
        switch node.role {
        case .controlPlane:
            names.append("controlplane")
            if cluster.oidcIssuer != nil { names.append("oidc") }
        case .worker:
            names.append("worker")
        }
        return names
    }

    private var values: [String: Node?] {
        [
            "clusterName": .string(cluster.clusterName),
            "endpoint": .string(cluster.endpoint),
            "nodeName": .string(node.name),
            "nodeSubnets": .strings(cluster.nodeSubnets.map(\.description)),
            "podSubnetList": cluster.podSubnets.map { .string($0.map(\.description).joined(separator: ",")) },
            "oidcIssuer": cluster.oidcIssuer.map(Node.string),
            "hugePages": cluster.hugePages.map { .string(String($0)) },
        ]
    }
}
