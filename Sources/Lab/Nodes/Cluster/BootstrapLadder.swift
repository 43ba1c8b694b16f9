/// What a node looks at, in this order, before it takes a Bootstrap call (Talos 1.13).
struct BootstrapLadder: Sendable, Hashable {
    var isContainerRuntimeHealthy: Bool
    var role: NodeConfig.Role?
    var isTimeInSync: Bool
    var isEtcdEmpty: Bool

    /// The first rung that breaks; nil when the call is taken.
    var refusal: CallStatus? {
        if !isContainerRuntimeHealthy {
            return CallStatus(.failedPrecondition, "bootstrap is not available yet")
        }
        if role != .controlPlane {
            return CallStatus(.unimplemented, "bootstrap is only available on control plane nodes")
        }
        if !isTimeInSync {
            return CallStatus(.failedPrecondition, "time is not in sync yet")
        }
        if !isEtcdEmpty {
            return CallStatus(.alreadyExists, "etcd data directory is not empty")
        }
        return nil
    }
}
