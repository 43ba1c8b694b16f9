import Core
import Inventory
import Netboot

/// The servers that machines boot from.
package enum BootServices {
    /// The name of the service.
    static let name = "boot service"

    /// Starts them; a second start is ignored.
    package static func start(in world: World) async throws {
        let service = NetbootService(
            configuration: try world.netbootConfiguration(), policy: PlanBootPolicy(world: world),
            embedded: world.embedded, logger: world.log)
        world.services.start(name) {
            async let recorded: Void = BootEventRecorder(world: world).record(service.events)
            try await service.run()
            await recorded
        }
        if world.plan.delivery.method == .push {
            let sink = KernelLogSink(
                host: try world.bootAddress().description, port: world.plan.delivery.kernelLogPort, log: world.log)
            world.services.start("kernel logs") {
                async let recorded: Void = KernelLogRecorder(world: world).record(sink.lines)
                try await sink.run()
                await recorded
            }
        }
    }
}
