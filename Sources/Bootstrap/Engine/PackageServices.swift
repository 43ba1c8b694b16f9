import Core
import Logging
import Packages

/// The controllers of PackageSources and Packages.
package enum PackageServices {
    /// The name of the service.
    static let name = "package controllers"

    /// Starts them; a second start is ignored.
    package static func start(in world: World) async throws {
        let controllers = PackageControllers(
            client: try await world.kubernetes(), identity: world.controllerIdentity(), logger: world.log)
        world.services.start(name) {
            // An API that is away for a while costs the Lease, not the run.
            while !Task.isCancelled {
                do {
                    try await controllers.run()
                } catch {
                    try Task.checkCancellation()
                    world.log.warning("the package controllers start again", metadata: ["error": "\(error)"])
                }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }
}
