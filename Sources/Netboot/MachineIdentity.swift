package import Core

/// What a machine says about itself while it boots. None of it is proof.
package struct MachineIdentity: Sendable, Hashable {
    package var mac: MACAddress
    /// Nil when the firmware gives none or one that many machines share.
    package var uuid: MachineUUID?
    package var serial: String?
    package var arch: MachineArchitecture
    /// The address that the request came from, once the machine has one.
    package var address: IPAddress?

    package init(
        mac: MACAddress, uuid: MachineUUID? = nil, serial: String? = nil, arch: MachineArchitecture = .amd64,
        address: IPAddress? = nil
    ) {
        self.mac = mac
        self.uuid = uuid.flatMap { Self.sharedUUIDs.contains($0) || $0.isPlaceholder ? nil : $0 }
        self.serial = serial.flatMap(Self.meaningful)
        self.arch = arch
        self.address = address
    }

    /// UUIDs that vendors left in many machines, in both byte orders.
    private static let sharedUUIDs: Set<MachineUUID> = Set(
        [
            "00020003-0004-0005-0006-000700080009", "03000200-0400-0500-0006-000700080009",
            "03020100-0504-0706-0809-0a0b0c0d0e0f", "00010203-0405-0607-0809-0a0b0c0d0e0f",
        ].compactMap { MachineUUID($0) })

    /// A serial number worth comparing: some text that is no vendor's placeholder.
    private static func meaningful(_ serial: String) -> String? {
        let words = serial.split(separator: " ")
        let text = String(words.joined(separator: " ").prefix(128))
        let lower = text.lowercased()
        let placeholders = [
            "to be filled by o.e.m.", "default string", "not specified", "none", "system serial number", "0123456789",
        ]
        return text.isEmpty || placeholders.contains(lower) || Set(lower.utf8).isSubset(of: [0x30, 0x2E]) ? nil : text
    }
}

/// The processor family of a machine, by Talos's names.
package enum MachineArchitecture: String, Sendable, Hashable, Codable {
    case amd64
    case arm64
    case other

    /// From iPXE's `${buildarch}`. A BIOS iPXE is a 32-bit program on a 64-bit machine.
    package init(ipxe name: String) {
        switch name {
        case "i386", "x86_64": self = .amd64
        case "arm64": self = .arm64
        default: self = .other
        }
    }

    /// From DHCP option 93 (RFC 4578 §2.1 with its erratum, IANA registry).
    package init(dhcp number: UInt16) {
        switch number {
        case 0...7, 9, 15, 16, 17, 20: self = .amd64
        case 11, 19, 22, 24: self = .arm64
        default: self = .other
        }
    }
}
