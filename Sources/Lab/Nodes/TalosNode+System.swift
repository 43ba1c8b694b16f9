import Core
import TalosMessages

/// The services of an installed system.
extension TalosNode {
    /// Runs until the machine goes down or the services start anew.
    func runSystem(_ config: NodeConfig) async {
        sequence("initialize", .stop)
        sequence("boot", .start)
        set("apid", .waiting, "Waiting for certificates")
        set("cri", .waiting, "Waiting for network")
        set("kubelet", .waiting, "Waiting for service \"cri\" to be \"up\", time sync, network")
        if config.role == .controlPlane {
            set("etcd", .waiting, "Waiting for service \"cri\" to be \"up\", time sync, network, etcd spec")
            set("trustd", .waiting, "Waiting for service \"containerd\" to be \"up\", time sync, network")
        }
        await withDiscardingTaskGroup { group in
            group.addTask { await self.syncTime() }
            group.addTask { await self.startContainers(config) }
            if config.role == .controlPlane {
                group.addTask { await self.runControlPlane(config) }
            }
            group.addTask { await self.runKubelet(config) }
        }
    }

    private func syncTime() async {
        guard !isTimeInSync, (try? await pacer.wait(timing.timeSync)) != nil else { return }
        isTimeInSync = true
        log.write("[talos] adjusting time (slew)")
        changed()
    }

    private func startContainers(_ config: NodeConfig) async {
        guard (try? await pacer.wait(timing.containerRuntimeStart)) != nil else { return }
        set("cri", .running, "Health check successful", healthy: true)
        while !isTimeInSync {
            guard (try? await pacer.wait(timing.probe / 4)) != nil else { return }
        }
        if config.role == .controlPlane {
            set("trustd", .running, "Health check successful", healthy: true)
        }
        set("kubelet", .running, "Health check successful", healthy: true)
    }

    /// Waits until a service is healthy.
    ///
    /// - Throws: `CancellationError`.
    func wait(for service: String) async throws {
        let updates = changes.follow()
        if services.isHealthy(service) { return }
        for await _ in updates where services.isHealthy(service) { return }
        throw CancellationError()
    }
}
