/// What a run shows of itself: the content of `status -o json`.
package struct RunStatus: Sendable, Hashable, Codable {
    package enum State: String, Sendable, Hashable, Codable {
        case pending
        case running
        case waiting
        case done
        case failed
    }

    package struct PhaseStatus: Sendable, Hashable, Codable {
        package var name: String
        package var state: State
    }

    package struct NodeStatus: Sendable, Hashable, Codable {
        package var name: String
        package var role: String
        /// `unseen`, then what it was last seen doing, `configured`, `joined`, `ready`.
        package var state: String
    }

    package struct Count: Sendable, Hashable, Codable {
        package var total = 0
        package var ready = 0

        package init(total: Int = 0, ready: Int = 0) {
            self.total = total
            self.ready = ready
        }
    }

    /// A step that waits, for whom or what, and why.
    package struct Waiting: Sendable, Hashable, Codable {
        package var step: String
        package var `for`: String
        package var reason: String
    }

    package var cluster: String
    package var variant: String
    /// The first phase that is not done; `done` when all are.
    package var phase: String
    package var phases: [PhaseStatus]
    package var nodes: [NodeStatus]
    package var packages = Count()
    package var helmReleases = Count()
    package var waiting: [Waiting]
    /// Whether a process is at work.
    package var running: Bool
    /// Why the last run stopped, if it failed.
    package var fault: String?
}
