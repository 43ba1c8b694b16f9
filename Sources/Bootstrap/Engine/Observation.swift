package import Core

/// What a step sees when it looks at the world.
package enum Observation: Sendable, Hashable {
    /// The step's goal holds. The text says by what evidence.
    case satisfied(String)
    /// The goal does not hold and nothing is under way: the only observation after which a step may act.
    case absent(String)
    /// The world is on its way to the goal, or somebody outside has to do something.
    case waiting(WaitReason)
    /// The world holds something that contradicts the plan; going on could destroy it.
    case conflicting(Fault)
    /// Nothing can be said about the world.
    case unreachable(WaitReason)
}

/// Why a step waits: for whom or what, and the evidence.
package struct WaitReason: Sendable, Hashable, Codable {
    /// For whom or what: `node1`, `registry`, `HelmRelease cozy-cilium/cilium`.
    package var subject: String
    /// What is missing, as the operator would say it.
    package var reason: String

    package init(_ subject: String, _ reason: String) {
        self.subject = subject
        self.reason = reason
    }

    /// A fault of an attempt that is worth repeating.
    package init(_ subject: String, _ fault: Fault) {
        let text = [fault.what, fault.why].compactMap(\.self).joined(separator: ": ")
        self.init(subject, fault.next.map { "\(text); \($0)" } ?? text)
    }
}
