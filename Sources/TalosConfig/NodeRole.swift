/// What a node does in its cluster.
package enum NodeRole: String, Sendable, Hashable, Codable, CaseIterable {
    case controlPlane = "control-plane"
    case worker

    /// The value of `machine.type`.
    package var talosType: String {
        switch self {
        case .controlPlane: "controlplane"
        case .worker: "worker"
        }
    }

    /// Reads a value of `machine.type`; `init` is Talos's old name of the first control plane.
    package init?(talosType: String) {
        switch talosType {
        case "controlplane", "init": self = .controlPlane
        case "worker": self = .worker
        default: return nil
        }
    }
}
