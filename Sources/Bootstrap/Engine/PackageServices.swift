import Core
import Packages

/// The controllers of PackageSources and Packages.
package enum PackageServices {
    /// The name of the service.
    static let name = "package controllers"

    /// Starts them; a second start is ignored.
    package static func start(in world: World) async throws {
        let controllers = PackageControllers(
            client: try await world.kubernetes(), identity: world.controllerIdentity(), logger: world.log)
        world.services.start(name) { try await controllers.run() }
    }
}
