package import Core
import YAML

extension TalosResource.Kind {
    package static let machineStatuses = Self("MachineStatuses.runtime.talos.dev", in: "runtime")
    package static let bootIDs = Self("BootIDs.runtime.talos.dev", in: "runtime")
    package static let systemDisks = Self("SystemDisks.block.talos.dev", in: "runtime")
    package static let disks = Self("Disks.block.talos.dev", in: "runtime")
    package static let links = Self("LinkStatuses.net.talos.dev", in: "network")
    package static let nodeAddresses = Self("NodeAddresses.net.talos.dev", in: "network")
    package static let hostnames = Self("HostnameStatuses.net.talos.dev", in: "network")
    package static let hardwareAddresses = Self("HardwareAddresses.net.talos.dev", in: "network")
    package static let systemInformation = Self("SystemInformations.hardware.talos.dev", in: "hardware")
    package static let timeStatuses = Self("TimeStatuses.v1alpha1.talos.dev", in: "runtime")
    package static let diagnostics = Self("Diagnostics.runtime.talos.dev", in: "runtime")
}

/// A disk as the node sees it (resource `Disks.block.talos.dev`).
package struct TalosDisk: Sendable, Hashable {
    /// Such as `sda`.
    package var id: String
    /// Such as `/dev/sda`.
    package var path: String
    /// Bytes.
    package var size: Int
    package var model: String
    package var serial: String
    package var wwid: String
    package var uuid: String
    /// `nvme`, `sata`, `virtio`, `usb`, …; empty for loop devices and the like.
    package var transport: String
    package var busPath: String
    package var isRotational: Bool
    package var isReadOnly: Bool
    package var isCD: Bool
    /// Other names, such as those under `/dev/disk/by-id`.
    package var symlinks: [String]

    init(_ resource: TalosResource) {
        let spec = resource.spec
        id = resource.id
        path = spec.text("dev_path")
        size = spec["size"]?.int ?? 0
        model = spec.text("model")
        serial = spec.text("serial")
        wwid = spec.text("wwid")
        uuid = spec.text("uuid")
        transport = spec.text("transport")
        busPath = spec.text("bus_path")
        isRotational = spec["rotational"]?.bool ?? false
        isReadOnly = spec["readonly"]?.bool ?? false
        isCD = spec["cdrom"]?.bool ?? false
        symlinks = (spec["symlinks"]?.sequence ?? []).compactMap(\.text)
    }
}

/// A network link (resource `LinkStatuses.net.talos.dev`).
package struct TalosLink: Sendable, Hashable {
    /// Such as `eth0`.
    package var id: String
    /// `ether`, `loopback`, …
    package var type: String
    /// `bond`, `vlan`, …; empty for a physical link.
    package var kind: String
    package var mac: MACAddress?
    /// The one that the hardware was made with.
    package var permanentMAC: MACAddress?
    package var isUp: Bool
    /// Mbit/s; 0 when unknown.
    package var speed: Int
    package var driver: String
    package var busPath: String

    package var isPhysical: Bool { type == "ether" && kind.isEmpty }

    init(_ resource: TalosResource) {
        let spec = resource.spec
        id = resource.id
        type = spec.text("type")
        kind = spec.text("kind")
        mac = MACAddress(spec.text("hardwareAddr"))
        permanentMAC = MACAddress(spec.text("permanentAddr"))
        isUp = spec["linkState"]?.bool ?? (spec.text("operationalState") == "up")
        speed = spec["speedMbit"]?.int ?? 0
        driver = spec.text("driver")
        busPath = spec.text("busPath")
    }
}

/// What the firmware says about the machine (resource `SystemInformations.hardware.talos.dev`).
package struct TalosSystemInformation: Sendable, Hashable {
    package var manufacturer: String
    package var product: String
    package var serial: String
    /// nil when the firmware has none.
    package var uuid: MachineUUID?
    package var biosVersion: String

    init(_ spec: Node) {
        manufacturer = spec.text("manufacturer")
        product = spec.text("productName")
        serial = spec.text("serialnumber")
        uuid = MachineUUID(spec.text("uuid")).flatMap { $0.isPlaceholder ? nil : $0 }
        biosVersion = spec.text("biosVersion")
    }
}

extension TalosClient {
    /// Where the node is in its life; nil when it does not say.
    package func machineStatus() async throws(Fault) -> MachineStatus? {
        try await resource(.machineStatuses, "machine").map { MachineStatus($0.spec) }
    }

    /// Changes with every boot: the witness that the node has rebooted.
    package func bootID() async throws(Fault) -> String? {
        try await resource(.bootIDs, "boot-id").flatMap { $0.spec["bootID"]?.text ?? $0.spec.text }
    }

    /// The disk that Talos is installed on, such as `/dev/sda`; nil when it is not installed.
    package func systemDisk() async throws(Fault) -> String? {
        try await resource(.systemDisks, "system-disk").map { $0.spec.text("devPath") }
    }

    package func disks() async throws(Fault) -> [TalosDisk] {
        try await resources(.disks).map { TalosDisk($0) }
    }

    package func links() async throws(Fault) -> [TalosLink] {
        try await resources(.links).map { TalosLink($0) }
    }

    /// The addresses that the node is reached at, without those shared with others.
    package func addresses() async throws(Fault) -> [CIDR] {
        let resource = try await resource(.nodeAddresses, "current")
        return (resource?.spec["addresses"]?.sequence ?? []).compactMap { $0.text.flatMap { CIDR($0) } }
    }

    package func hostname() async throws(Fault) -> String? {
        try await resource(.hostnames, "hostname").map { $0.spec.text("hostname") }
    }

    package func systemInformation() async throws(Fault) -> TalosSystemInformation? {
        try await resource(.systemInformation, "systeminformation").map { TalosSystemInformation($0.spec) }
    }
}

extension Node {
    /// The text of a scalar under the key; empty when there is none.
    fileprivate func text(_ key: String) -> String { self[key]?.text ?? "" }
}
