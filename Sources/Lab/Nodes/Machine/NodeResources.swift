import Core
import YAML

/// One resource of the COSI state: what `talosctl get` shows.
struct NodeResource: Sendable, Hashable {
    let namespace: String
    let type: String
    let id: String
    let spec: Node
}

/// The resources of a node that somebody who brings it up reads (COSI, `cosi.resource.State`).
enum NodeResources {
    /// How a type is served.
    struct Kind: Sendable {
        let namespace: String
        /// Only administrators may read it.
        var isSensitive = false
        let list: @Sendable (NodeSnapshot) -> [(id: String, spec: Node)]
    }

    /// The namespaces that exist, also those without a type served here.
    static let namespaces: Set<String> = [
        "runtime", "network", "network-config", "hardware", "config", "cluster", "cluster-raw", "k8s", "controlplane",
        "etcd", "secrets", "files", "cri", "storage", "security", "perf", "kubespan", "containers", "meta",
    ]

    static func kind(_ type: String) -> Kind? {
        type == "ResourceDefinitions.meta.cosi.dev" ? definitions : kinds[type]
    }

    /// All resources of a type; nil for a type that Talos does not serve.
    static func list(_ type: String, of node: NodeSnapshot) -> [NodeResource]? {
        guard let kind = kind(type) else { return nil }
        return kind.list(node).map { NodeResource(namespace: kind.namespace, type: type, id: $0.id, spec: $0.spec) }
    }

    private static let definitions = Kind(namespace: "meta") { _ in
        kinds.keys.sorted().map { type in
            (type.lowercased(), ["type": .string(type), "defaultNamespace": .string(kinds[type]?.namespace ?? "")])
        }
    }

    private static let kinds: [String: Kind] = hardware.merging(network) { $1 }.merging(runtime) { $1 }
        .merging(cluster) { $1 }

    /// A type with one resource.
    static func single(
        _ namespace: String, _ id: String, isSensitive: Bool = false,
        _ spec: @escaping @Sendable (NodeSnapshot) -> Node?
    ) -> Kind {
        Kind(namespace: namespace, isSensitive: isSensitive) { node in spec(node).map { [(id, $0)] } ?? [] }
    }

    /// A type that the lab's nodes have nothing of.
    static func empty(_ namespace: String) -> Kind {
        Kind(namespace: namespace) { _ in [] }
    }
}
