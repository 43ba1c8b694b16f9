import Core

/// Everything that a node's resources are made from, at one moment.
struct NodeSnapshot: Sendable, Hashable {
    struct Condition: Sendable, Hashable {
        let name: String
        let reason: String
    }

    var hardware: NodeHardware
    var linkNames: [String]
    var address: CIDR?
    var gateway: IPAddress?
    var virtualAddress: IPAddress?
    var hostname: String
    /// As Talos names it: booting, installing, maintenance, running, rebooting.
    var stage: String
    var unmetConditions: [Condition]
    var bootID: String
    var commandLine: String
    var talosVersion: String
    var services: ServiceBoard
    /// The disk with the META partition.
    var systemDisk: NodeDisk?
    var etcdMember: UInt64?
    var isTimeInSync: Bool
    var config: NodeConfig?

    var isReady: Bool { unmetConditions.isEmpty && (stage == "running" || stage == "booting") }
}
