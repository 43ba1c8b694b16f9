import Core
import Inventory
import Kubernetes
import PKI
import TalosAPI
import TalosConfig

/// Every control plane is a voting etcd member, and nobody else is.
struct EtcdMembersStep: Step {
    /// The node that is asked.
    let node: NodePlan
    let id = "control-plane/etcd-members"
    let phase = Phase.controlPlane
    let kind = StepKind.wait
    let requires = ["etcd/bootstrap"]

    func observe(_ world: World, history: StepHistory) async throws -> Observation {
        let members = try await world.talos(node).etcdMembers()
        let planned = Set(world.plan.controlPlanes.map(\.name))
        // A member that was added and has not started yet has no name.
        if members.contains(where: \.hostname.isEmpty) {
            return .waiting(WaitReason("etcd", "a member has been added and has not started yet"))
        }
        let strangers = members.map(\.hostname).filter { !planned.contains($0) }
        guard strangers.isEmpty else {
            return .conflicting(
                Fault(
                    .refused, "etcd has members that are not in the plan: \(strangers.joined(separator: ", "))",
                    next: "add them to the spec, or remove them from etcd"))
        }
        if let missing = planned.subtracting(members.map(\.hostname)).min() {
            return .waiting(WaitReason(missing, "it has not joined etcd yet"))
        }
        if let learner = members.first(where: \.isLearner) {
            return .waiting(WaitReason(learner.hostname, "it is still a learner in etcd"))
        }
        return .satisfied("\(members.count) voting members")
    }
}

/// The Kubernetes API answers at the cluster's endpoint.
struct APIServerStep: Step {
    let id = "control-plane/api"
    let phase = Phase.controlPlane
    let kind = StepKind.wait
    let requires = ["etcd/bootstrap"]

    func observe(_ world: World, history: StepHistory) async throws -> Observation {
        try await world.kubernetes().isServerReady()
            ? .satisfied("ready at \(world.plan.endpoint)")
            : .waiting(WaitReason(world.plan.endpoint, "the API does not say yet that it is ready"))
    }
}

/// `kubeconfig` and `talosconfig` of the cluster are written, readable by their owner only.
struct ClientConfigStep: Step {
    let id = "control-plane/client-configs"
    let phase = Phase.controlPlane
    let kind = StepKind.idempotent
    let requires = ["secrets/bundle"]

    /// What the files tell: where the APIs answer.
    func inputs(_ world: World) async throws -> String? {
        let places = [world.plan.endpoint] + world.plan.controlPlanes.map(\.address.description)
        return SHA256.hexadecimalHash(places.joined(separator: "\n").utf8)
    }

    func observe(_ world: World, history: StepHistory) async throws -> Observation {
        let areWritten = [world.directory.kubeconfig, world.directory.talosconfig].allSatisfy(FileStore.exists)
        let digest = try await inputs(world)
        return areWritten && history.inputs == digest
            ? .satisfied("written to \(world.directory.path)")
            : .absent("kubeconfig and talosconfig have to be written")
    }

    func act(_ world: World) async throws {
        let secrets = try await world.secrets.bundle()
        let kubeconfig = try AdminKubeconfig.yaml(
            clusterName: world.plan.clusterName, endpoint: world.plan.endpoint, secrets: secrets, clock: world.clock)
        let addresses = world.plan.controlPlanes.map(\.address.description)
        let talosconfig = try Talosconfig.yaml(
            context: world.plan.clusterName, endpoints: addresses, nodes: [], secrets: secrets, clock: world.clock)
        try FileStore.replace(world.directory.kubeconfig, with: Array(kubeconfig.utf8))
        try FileStore.replace(world.directory.talosconfig, with: Array(talosconfig.utf8))
    }
}
