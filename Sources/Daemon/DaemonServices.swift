import Bootstrap
import Inventory

/// What the daemon runs for good, where a run does only as long as it needs them.
enum DaemonServices {
    static func start(in world: World) async throws {
        if world.plan.boot.mode != .off { try await BootServices.start(in: world) }
        try await PackageServices.start(in: world)
    }
}
