package import Core

/// `metav1.Condition`: one observed aspect of an object.
package struct Condition: Sendable, Hashable {
    package enum Status: String, Sendable, Hashable {
        case yes = "True"
        case no = "False"
        case unknown = "Unknown"
    }

    package var type: String
    package var status: Status
    package var reason: String
    package var message: String
    /// The generation that the condition was computed from; nil where the writer does not say.
    package var observedGeneration: Int?
    /// When the status last changed; nil where the writer does not say.
    package var lastTransitionTime: Timestamp?

    package init(
        _ type: String, _ status: Status, reason: String, message: String = "", observedGeneration: Int? = nil,
        lastTransitionTime: Timestamp? = nil
    ) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
        self.observedGeneration = observedGeneration
        self.lastTransitionTime = lastTransitionTime
    }

    /// - Returns: nil without a type. A status that is none of the three reads as unknown.
    package init?(_ json: JSON) {
        guard let type = json["type"]?.string else { return nil }
        self.init(
            type, json["status"]?.string.flatMap(Status.init) ?? .unknown, reason: json["reason"]?.string ?? "",
            message: json["message"]?.string ?? "", observedGeneration: json["observedGeneration"]?.int,
            lastTransitionTime: json["lastTransitionTime"]?.string.flatMap { Timestamp($0) })
    }

    package var isTrue: Bool { status == .yes }

    package var json: JSON {
        .fields([
            "type": .string(type),
            "status": .string(status.rawValue),
            "reason": .string(reason),
            "message": .string(message),
            "observedGeneration": observedGeneration.map { .int(Int64($0)) },
            "lastTransitionTime": lastTransitionTime.map { .string($0.wholeSeconds) },
        ])
    }
}

extension [Condition] {
    package subscript(type type: String) -> Condition? {
        first { $0.type == type }
    }

    /// Sets a condition as `meta.SetStatusCondition` does: the transition time changes only with the status.
    package mutating func set(_ condition: Condition, now: Timestamp) {
        var condition = condition
        let index = firstIndex { $0.type == condition.type }
        if let index, self[index].status == condition.status {
            condition.lastTransitionTime = self[index].lastTransitionTime ?? now
        } else if condition.lastTransitionTime == nil {
            condition.lastTransitionTime = now
        }
        if let index { self[index] = condition } else { append(condition) }
    }

    package mutating func remove(type: String) {
        removeAll { $0.type == type }
    }
}
