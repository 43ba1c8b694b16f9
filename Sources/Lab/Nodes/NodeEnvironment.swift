import Core
import HTTPClient
import NIOCore

/// Everything that the machines of a lab share.
struct NodeEnvironment: Sendable {
    let addresses: LabAddresses
    let timing: LabTiming
    let seed: UInt64
    let clock: any WallClock
    let accessLog: AccessLog
    let eventLoops: any EventLoopGroup
    /// For the kubelets.
    let http: HTTPClient
    let relay: any DHCPRelaying
    let controlPlanes: ControlPlanes
    /// What the boot assets must be, by content.
    let assets: BootAssetDigests
    let tftpPort: Int
    let talosVersion: String
    let kexec: Bool
    /// The port of the nodes' Talos API.
    var talosPort = 50_000
    /// The port of the API servers.
    var kubernetesPort = 6443
}

/// The digests that a machine compares what it has loaded with, in hexadecimal.
struct BootAssetDigests: Sendable, Hashable {
    let kernel: String
    let initramfs: String
}
