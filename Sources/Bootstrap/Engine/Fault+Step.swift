import Core
import Kubernetes

extension Fault {
    /// Whether the same attempt may succeed later without anybody changing anything.
    package var isTransient: Bool {
        switch code {
        case .unreachable, .timeout, .conflict: true
        default: false
        }
    }

    /// Whether looking again cannot help: what is wrong is on this side.
    package var stopsLooking: Bool {
        switch code {
        case .usage, .refused, .corrupted: true
        default: false
        }
    }

    /// What an error of a step's peers means for the step.
    init(of error: any Error, in step: any Step) {
        switch error {
        case let fault as Fault: self = fault
        case let error as KubernetesError: self.init(error)
        default: self.init(.failed, "the step \(step.id) failed", cause: error)
        }
    }

    private init(_ error: KubernetesError) {
        // A young API server refuses and does not find what it will know in a moment.
        let passing = [403, 404, 408, 409, 429].contains(error.status) || error.status >= 500
        self.init(
            passing ? .unreachable : .failed, "the Kubernetes API answers \(error.status) \(error.reason)",
            at: error.call, why: error.message)
    }
}
