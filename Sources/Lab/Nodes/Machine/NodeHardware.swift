package import Core

/// What a simulated machine is made of. Everything follows from the lab's seed and the machine's place in the rack.
package struct NodeHardware: Sendable, Hashable {
    /// The architecture that the machine's firmware sends in DHCP option 93 (RFC 4578, IANA "Processor Architecture").
    package enum Firmware: UInt16, Sendable, Hashable {
        case bios = 0
        case uefi = 7
    }

    package let name: String
    package let firmware: Firmware
    package let uuid: MachineUUID
    package let serial: String
    package let disks: [NodeDisk]
    package let links: [NodeLink]
    /// The address of the link that the machine boots from.
    package let mac: MACAddress
    /// Bytes.
    package let memory: UInt64
    package let processors: Int

    /// The disk that is meant for the system. The other one has the better name for a careless selector.
    package var systemDisk: NodeDisk? { disks.first { $0.name == "sda" } }

    /// The machine with an index from 0.
    ///
    /// - Returns: nil for an index that no address has room for.
    package init?(index: Int, seed: UInt64, firmware: Firmware = .uefi) {
        var random = SeededRandom(seed: seed, stream: "hardware-\(index)")
        let number = String(index + 1)
        name = "node-" + String(repeating: "0", count: max(0, 3 - number.count)) + number
        self.firmware = firmware
        var octets = random.bytes(16)
        octets[6] = 0x40 | octets[6] & 0x0F
        octets[8] = 0x80 | octets[8] & 0x3F
        let links = (0..<2).compactMap { port in
            Self.mac(seed: seed, index: index, port: port).map { NodeLink(port: port, mac: $0) }
        }
        guard 0..<0xFFFF ~= index, let uuid = MachineUUID(smbios: octets), let first = links.first else { return nil }
        self.uuid = uuid
        self.links = links
        mac = first.mac
        serial = "LAB" + hexadecimal(random.bytes(4)).uppercased()
        disks = Self.disks(&random)
        memory = 64 << 30
        processors = 16
    }

    private static func disks(_ random: inout SeededRandom) -> [NodeDisk] {
        let system: String = hexadecimal(random.bytes(6))
        let data: String = hexadecimal(random.bytes(6))
        return [
            NodeDisk(
                name: "nvme0n1", size: 3_840_755_982_336, model: "LABNVME 3840", serial: "D\(data)".uppercased(),
                wwid: "eui.0025\(data)", busPath: "/pci0000:00/0000:00:1d.0/0000:3b:00.0/nvme",
                transport: "nvme"),
            NodeDisk(
                name: "sda", size: 480_103_981_056, model: "LABSSD 480", serial: "S\(system)".uppercased(),
                wwid: "naa.5002\(system)", busPath: "/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/",
                transport: "sata"),
            NodeDisk(
                name: "sr0", size: 1_073_741_312, model: "LAB Virtual CD", serial: "", wwid: "", busPath: "/usb1/1-1",
                transport: "usb", readOnly: true, isCD: true),
            NodeDisk(
                name: "loop0", size: 75_497_472, model: "", serial: "", wwid: "", busPath: "/virtual", transport: "",
                readOnly: true),
        ]
    }

    /// Locally administered, unique in a lab.
    private static func mac(seed: UInt64, index: Int, port: Int) -> MACAddress? {
        let number = UInt16(truncatingIfNeeded: index + 1)
        return MACAddress(octets: [
            0x52, 0x54, UInt8(truncatingIfNeeded: seed), UInt8(truncatingIfNeeded: port), UInt8(number >> 8),
            UInt8(truncatingIfNeeded: number),
        ])
    }
}

/// A block device as Talos' `Disks.block.talos.dev` shows it.
package struct NodeDisk: Sendable, Hashable {
    package let name: String
    /// Bytes.
    package let size: UInt64
    package let model: String
    package let serial: String
    package let wwid: String
    package let busPath: String
    /// Empty for devices without a bus, for example loop devices.
    package let transport: String
    package var readOnly = false
    package var isCD = false

    package var path: String { "/dev/\(name)" }
}

/// An Ethernet port. Only the first one has a cable.
package struct NodeLink: Sendable, Hashable {
    package let port: Int
    package let mac: MACAddress

    package var isUp: Bool { port == 0 }
    package var index: Int { port + 2 }
    package var busPath: String { "0000:01:00.\(port)" }

    /// The kernel's name for the port, with or without `net.ifnames=0`.
    package func name(predictable: Bool) -> String {
        predictable ? "enp1s0f\(port)" : "eth\(port)"
    }
}
