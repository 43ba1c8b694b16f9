import Core

/// The services of a node as ServiceList shows them.
struct ServiceBoard: Sendable, Hashable {
    enum State: String, Sendable, Hashable {
        case waiting = "Waiting"
        case preparing = "Preparing"
        case starting = "Starting"
        case running = "Running"
        case stopping = "Stopping"
        case finished = "Finished"
    }

    struct Event: Sendable, Hashable {
        let state: State
        let message: String
        let time: Timestamp
    }

    struct Service: Sendable, Hashable {
        let id: String
        var state: State
        /// Nil: nobody checks, or nobody has checked yet.
        var healthy: Bool?
        var healthMessage = ""
        var healthChanged: Timestamp
        var events: [Event]
    }

    private(set) var services: [String: Service] = [:]

    /// Sorted by id.
    var all: [Service] { services.keys.sorted().compactMap { services[$0] } }

    subscript(id: String) -> Service? { services[id] }

    func isHealthy(_ id: String) -> Bool {
        services[id].map { $0.state == .running && $0.healthy != false } ?? false
    }

    /// - Returns: whether anything is different from before.
    @discardableResult
    mutating func set(
        _ id: String, _ state: State, _ message: String, healthy: Bool? = nil, now: Timestamp
    ) -> Bool {
        var service =
            services[id]
            ?? Service(id: id, state: state, healthy: nil, healthChanged: now, events: [])
        guard service.events.isEmpty || service.state != state || service.healthy != healthy else { return false }
        if service.healthy != healthy { service.healthChanged = now }
        service.state = state
        service.healthy = healthy
        service.healthMessage = healthy == false ? message : ""
        service.events = service.events.suffix(7) + [Event(state: state, message: message, time: now)]
        services[id] = service
        return true
    }

    mutating func clear() {
        services = [:]
    }
}
