package import Core

/// What a built-in datacenter is to look like.
package struct LabConfiguration: Sendable {
    /// Which firmware the machines have.
    package enum FirmwareMix: String, Sendable, Hashable, Codable {
        /// Every third machine a BIOS with a PXE ROM, the others UEFI.
        case mixed
        case uefi
        case bios
    }

    /// Where the lab keeps its files (`lab.json`, the access log, the boot assets). Created when missing.
    package var directory: String
    /// The number of machines.
    package var nodes: Int
    /// How many of them the description proposes as control planes: the first ones.
    package var controlPlanes: Int
    /// The second octet of the lab's addresses, 64 … 250; nil takes the first one that is free.
    package var network: UInt8?
    /// Decides every identity, every jitter and every byte of the boot assets.
    package var seed: UInt64
    package var timing: LabTiming
    /// The release whose boot assets, manifests and platform source the lab's internet holds.
    package var release: String
    package var firmware: FirmwareMix
    /// Whether an installed system is started by kexec, as Talos does. Without it the machine goes through its firmware
    /// again after the installation, and the boot server has to send it to its disk.
    package var kexec: Bool
    /// Whether the machines' network has a DHCP server of its own, so that the provisioning host may only be a proxy.
    package var ownDHCP: Bool
    /// The machines are switched on when the lab starts.
    package var powerOn: Bool

    package init(
        directory: String, nodes: Int = 3, controlPlanes: Int? = nil, network: UInt8? = nil, seed: UInt64 = 1,
        timing: LabTiming = LabTiming(), release: String = "v1.6.2", firmware: FirmwareMix = .mixed,
        kexec: Bool = true, ownDHCP: Bool = false, powerOn: Bool = true
    ) {
        self.directory = directory
        self.nodes = nodes
        self.controlPlanes = controlPlanes ?? min(3, nodes)
        self.network = network
        self.seed = seed
        self.timing = timing
        self.release = release
        self.firmware = firmware
        self.kexec = kexec
        self.ownDHCP = ownDHCP
        self.powerOn = powerOn
    }

    /// The most machines that the address plan has room for.
    package static let mostNodes = 500

    /// Refuses counts and networks that cannot be.
    ///
    /// - Throws: ``Fault`` `usage`.
    package func validate() throws(Fault) {
        guard 1...Self.mostNodes ~= nodes else {
            throw Fault(.usage, "a lab has 1 to \(Self.mostNodes) nodes, not \(nodes)")
        }
        guard 1...nodes ~= controlPlanes else {
            throw Fault(.usage, "\(controlPlanes) of \(nodes) nodes cannot be control planes")
        }
        if let network, !(LabAddresses.networks ~= network) {
            throw Fault(.usage, "the lab's network octet is 64 to 250, not \(network)")
        }
    }
}
