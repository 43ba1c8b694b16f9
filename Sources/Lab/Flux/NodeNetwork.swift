import Core
import Kubernetes

/// The pod network: nodes become Ready once the release of Cilium is deployed.
struct NodeNetwork: Sendable {
    private static let release = ObjectKey(namespace: "cozy-cilium", name: "cilium")
    private static let taints: Set<String> = [
        "node.kubernetes.io/not-ready", "node.cilium.io/agent-not-ready",
        "node.cloudprovider.kubernetes.io/uninitialized",
    ]

    let context: FluxContext

    func run() async {
        let queue = context.queue()
        let node = context.nodes.onChange { queue.add($0.key) }
        let nodes = context.nodes
        let cilium = context.releases.onChange { change in
            guard change.key == Self.release, change.new?.isReady == true else { return }
            for node in nodes.objects { queue.add(node.key) }
        }
        defer {
            context.nodes.remove(handler: node)
            context.releases.remove(handler: cilium)
        }
        await context.process(queue, .node, workers: 4) { key in
            try await reconcile(key)
            return nil
        }
    }

    private func reconcile(_ key: ObjectKey) async throws {
        guard let node = context.nodes[key], context.releases[Self.release]?.isReady == true else { return }
        if !node.isReady {
            let ready = Condition("Ready", .yes, reason: "KubeletReady", message: "kubelet is posting ready status")
            let clock = context.options.clock
            try await context.writer("kubelet").write(node, .node) { node in
                var conditions = node["status", "conditions"]?.array ?? []
                var json = ready.json
                json["lastTransitionTime"] = .string(clock.now.wholeSeconds)
                json["lastHeartbeatTime"] = .string(clock.now.wholeSeconds)
                conditions.removeAll { $0["type"]?.string == "Ready" }
                node["status", "conditions"] = .array(conditions + [json])
            }
        }
        let taints = node["spec", "taints"]?.array ?? []
        let kept = taints.filter { !Self.taints.contains($0["key"]?.string ?? "") }
        guard kept.count != taints.count else { return }
        try await context.client.mergePatch(
            .node, node.name, ["spec": ["taints": kept.isEmpty ? .null : .array(kept)]], fieldManager: "cilium")
    }
}
