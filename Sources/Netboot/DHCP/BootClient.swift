import NetbootWire

/// What kind of boot program sent a DHCP request.
enum BootClient: Sendable, Hashable {
    /// A PXE ROM or UEFI network boot, which loads by TFTP.
    case rom([UInt16])
    /// UEFI HTTP boot.
    case http([UInt16])
    /// iPXE, which runs scripts. `speaksHTTP` is false when it says what it can and HTTP is not among that.
    case ipxe([UInt16], speaksHTTP: Bool)

    /// Nil for an ordinary client: an operating system, a BMC, a switch.
    init?(_ packet: DHCPPacket) {
        let vendorClass = packet.vendorClass ?? ""
        if packet.userClasses.contains("iPXE") || packet.ipxe != nil {
            let speaksHTTP = packet.ipxe.map { $0.values.isEmpty || $0.has(IPXEFeatures.http) } ?? true
            self = .ipxe(packet.architectures, speaksHTTP: speaksHTTP)
        } else if vendorClass.hasPrefix("PXEClient") {
            self = .rom(packet.architectures)
        } else if vendorClass.hasPrefix("HTTPClient") {
            self = .http(packet.architectures)
        } else {
            return nil
        }
    }

    var architectures: [UInt16] {
        switch self {
        case .rom(let numbers), .http(let numbers), .ipxe(let numbers, _): numbers
        }
    }

    /// BIOS and the other architectures of RFC 4578 before UEFI (0 to 5).
    var isBIOS: Bool { (architectures.first ?? 0) <= 5 }

    /// For events and logs.
    var name: String {
        switch self {
        case .rom: isBIOS ? "PXE (BIOS)" : "PXE (UEFI)"
        case .http: "UEFI HTTP boot"
        case .ipxe: "iPXE"
        }
    }
}
