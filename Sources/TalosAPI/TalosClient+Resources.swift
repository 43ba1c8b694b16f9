package import Core
import SwiftProtobuf
import TalosMessages

extension TalosClient {
    /// One resource; nil when there is none of this id.
    package func resource(
        _ kind: TalosResource.Kind, _ id: String, deadline: Duration = .seconds(10)
    ) async throws(Fault) -> TalosResource? {
        let method = TalosMethod.state("Get")
        var request = Cosi_Resource_GetRequest()
        request.namespace = kind.namespace
        request.type = kind.type
        request.id = id
        do throws(Fault) {
            let response: Cosi_Resource_GetResponse = try await unary(method, request, deadline: deadline)
            return try TalosResource(response.resource)
        } catch  where error.code == .notFound {
            return nil
        } catch {
            throw placed(error)
        }
    }

    /// All resources of a kind.
    package func resources(
        _ kind: TalosResource.Kind, deadline: Duration = .seconds(15)
    ) async throws(Fault) -> [TalosResource] {
        var request = Cosi_Resource_ListRequest()
        request.namespace = kind.namespace
        request.type = kind.type
        let stream: TalosStream<TalosResource> = try await stream(.state("List"), request, deadline: deadline) {
            message in
            [try TalosResource(Cosi_Resource_ListResponse(serializedBytes: message).resource)]
        }
        return try await stream.collect()
    }

    /// Changes of a kind's resources, beginning with all that are there.
    ///
    /// - Parameter id: only this resource.
    package func watch(
        _ kind: TalosResource.Kind, id: String? = nil
    ) async throws(Fault) -> TalosStream<TalosResourceEvent> {
        var request = Cosi_Resource_WatchRequest()
        request.namespace = kind.namespace
        request.type = kind.type
        request.apiVersion = 1
        if let id { request.id = id } else { request.options.bootstrapContents = true }
        return try await stream(.state("Watch"), request) { message in
            try Cosi_Resource_WatchResponse(serializedBytes: message).event.compactMap { event in
                switch event.eventType {
                case .created: .created(try TalosResource(event.resource))
                case .updated: .updated(try TalosResource(event.resource))
                case .destroyed: .destroyed(try TalosResource(event.resource))
                case .bootstrapped: .bootstrapped
                case .errored: throw Fault(.failed, "the node ends the watch", why: event.error)
                case .noop, .UNRECOGNIZED: nil
                }
            }
        }
    }

    private func placed(_ fault: Fault) -> Fault {
        var fault = fault
        if fault.location != endpoint.description {
            fault.why = [fault.location, fault.why].compactMap { $0 }.joined(separator: ": ")
            fault.location = endpoint.description
        }
        return fault
    }
}
