/// The phases of a run, in the order in which they are shown. A phase only groups steps; what orders the steps
/// are their requirements.
package enum Phase: String, Sendable, Hashable, Codable, CaseIterable {
    case preflight
    case secrets
    case assets
    case netboot
    case enroll
    case configure
    case etcd
    case controlPlane = "control-plane"
    case join
    case flux
    case platform
    case packages
}
