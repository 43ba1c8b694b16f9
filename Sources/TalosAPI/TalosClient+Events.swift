package import Core
import SwiftProtobuf
import TalosMessages

extension TalosClient {
    /// Where an event stream begins.
    package enum EventsFrom: Sendable, Hashable {
        case now
        /// With everything that the node still holds.
        case beginning
        /// After the event with this id.
        case after(String)
        case seconds(Int)
    }

    /// What happens on the node.
    ///
    /// - Parameter actorID: only events of this call.
    package func events(
        _ from: EventsFrom = .now, actorID: String? = nil
    ) async throws(Fault) -> TalosStream<TalosEvent> {
        var request = Machine_EventsRequest()
        switch from {
        case .now: break
        case .beginning: request.tailEvents = -1
        case .after(let id): request.tailID = id
        case .seconds(let count): request.tailSeconds = Int32(clamping: count)
        }
        request.withActorID = actorID ?? ""
        return try await stream(.machine("Events"), request) { message in
            let event = try Machine_Event(serializedBytes: message)
            return try TalosEvent(event.data, id: event.id, actorID: event.actorID).map { [$0] } ?? []
        }
    }
}
