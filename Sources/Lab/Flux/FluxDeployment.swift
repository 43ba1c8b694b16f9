import Core
import Kubernetes

/// The Deployment `cozy-fluxcd/flux`, as its ReplicaSet and the kubelet would move it along.
struct FluxDeployment: Sendable {
    private static let key = ObjectKey(namespace: "cozy-fluxcd", name: "flux")

    let context: FluxContext

    /// Waits for the Deployment and a registered node, then reports the pod available. The network need not be ready:
    /// the pod uses the host's and tolerates everything.
    func comeUp() async throws {
        let timing = Informer.Timing(backoff: Backoff(base: .milliseconds(50), cap: .milliseconds(500)))
        let deployments = Informer(
            client: context.client, type: .deployment, namespace: Self.key.namespace,
            fields: "metadata.name=\(Self.key.name)", timing: timing)
        let nodes = Informer(client: context.client, type: .node, timing: timing)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await deployments.run() }
            group.addTask { await nodes.run() }
            try await deployments.wait { $0[Self.key] != nil }
            try await nodes.wait { $0.count > 0 }
            try await Task.sleep(for: context.options.startDuration)
            guard let deployment = deployments[Self.key] else { throw CancellationError() }
            try await report(deployment)
            group.cancelAll()
        }
    }

    private func report(_ deployment: KubernetesObject) async throws {
        let replicas = JSON.int(Int64(deployment["spec", "replicas"]?.int ?? 1))
        try await context.writer("kube-controller-manager").write(deployment, .deployment) { object in
            for field in ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"] {
                object["status", field] = replicas
            }
            object["status", "observedGeneration"] = object.generation.map { .int(Int64($0)) }
            var conditions = object.conditions
            conditions.set(
                Condition(
                    "Available", .yes, reason: "MinimumReplicasAvailable",
                    message: "Deployment has minimum availability."), now: context.options.clock.now)
            conditions.set(
                Condition(
                    "Progressing", .yes, reason: "NewReplicaSetAvailable",
                    message: "ReplicaSet \"flux\" has successfully progressed."), now: context.options.clock.now)
            object.conditions = conditions
        }
    }
}
