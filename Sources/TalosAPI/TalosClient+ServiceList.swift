package import Core
import SwiftProtobuf
import TalosMessages

/// A service of the node, such as `etcd` or `kubelet`.
package struct TalosService: Sendable, Hashable {
    package var id: String
    /// `Running`, `Waiting`, … as Talos writes it.
    package var state: String
    /// nil while the health is not known, or when the service has no health check.
    package var isHealthy: Bool?
    /// The last words of the health check, or of the last event.
    package var message: String

    /// Running, and not unhealthy.
    package var isUp: Bool { state == "Running" && isHealthy != false }
}

extension TalosClient {
    package func services(deadline: Duration = .seconds(10)) async throws(Fault) -> [TalosService] {
        let method = TalosMethod.machine("ServiceList")
        let response: Machine_ServiceListResponse = try await unary(method, Google_Protobuf_Empty(), deadline: deadline)
        return try single(response.messages, \.metadata, method).services.map { service in
            let lastEvent = service.events.events.last?.msg ?? ""
            return TalosService(
                id: service.id, state: service.state,
                isHealthy: service.health.unknown ? nil : service.health.healthy,
                message: service.health.lastMessage.isEmpty ? lastEvent : service.health.lastMessage)
        }
    }
}
