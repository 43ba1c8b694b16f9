import Core
import TalosMessages

/// What the node shows of itself.
extension TalosNode {
    func snapshot() -> NodeSnapshot {
        NodeSnapshot(
            hardware: hardware, linkNames: linkNames, address: address, gateway: gateway,
            virtualAddress: virtualAddress, hostname: hostname, stage: life.stage.talosText,
            unmetConditions: unmetConditions, bootID: bootID, commandLine: commandLine,
            talosVersion: environment.talosVersion, services: services,
            systemDisk: life.installation.flatMap { installed in
                hardware.disks.first { $0.name == installed.disk }
            },
            etcdMember: services.isHealthy("etcd") ? etcdMember : nil, isTimeInSync: isTimeInSync,
            config: life.config)
    }

    func resources(_ type: String) -> [Cosi_Resource_Resource] {
        let resources = NodeResources.list(type, of: snapshot()) ?? []
        return resources.map { ledger.message($0, now: now) }
    }

    /// The five checks of Talos' machine status, made while the node is booting or running.
    private var unmetConditions: [NodeSnapshot.Condition] {
        guard life.stage == .booting || life.stage == .running, life.installation != nil else { return [] }
        var unmet: [NodeSnapshot.Condition] = []
        if !isTimeInSync { unmet.append(.init(name: "time", reason: "time is not synced")) }
        if address == nil { unmet.append(.init(name: "network", reason: "waiting on: address, connectivity")) }
        let down = expectedServices.filter { !services.isHealthy($0) }
        if !down.isEmpty {
            let text = down.map { "service \"\($0)\" not ready" }.joined(separator: ", ")
            unmet.append(.init(name: "services", reason: text))
        }
        if !isNodeReady {
            unmet.append(.init(name: "nodeReady", reason: "node \"\(hostname)\" status is not available yet"))
        }
        return unmet
    }

    /// The services that a booted node must have.
    var expectedServices: [String] {
        let all = ["apid", "containerd", "cri", "kubelet", "machined", "udevd"]
        return life.config?.role == .controlPlane ? all + ["etcd", "trustd"] : all
    }

    /// Ends the boot sequence once everything that it waits for is up.
    func checkBootFinished() {
        guard life.stage == .booting, life.installation != nil, life.config?.isComplete == true,
            expectedServices.allSatisfy({ services.isHealthy($0) }), isTimeInSync
        else { return }
        post(.bootFinished)
        sequence("boot", .stop)
    }
}
