import Core
import NetbootWire

/// As what a machine asks for an address; each kind of client fills its packets differently.
enum DHCPRole: Sendable, Hashable {
    /// The ROM: EDK2's PXE driver or a BIOS boot ROM.
    case firmware
    case ipxe
    /// The installed operating system.
    case system
}

/// The packets of a DHCP client, as captured from the real ones.
struct DHCPClientPackets: Sendable {
    let role: DHCPRole
    let hardware: NodeHardware

    func discover(_ transaction: UInt32, seconds: UInt16) -> DHCPPacket {
        packet(.discover, transaction, seconds: seconds)
    }

    func request(_ offer: DHCPPacket, seconds: UInt16) -> DHCPPacket {
        var packet = packet(.request, offer.transactionID, seconds: seconds)
        packet.requestedAddress = offer.yourAddress
        packet.serverIdentifier = offer.serverIdentifier
        return packet
    }

    /// The question to port 4011: the address is there already, the server is not named.
    func bootServerRequest(_ transaction: UInt32, address: IPAddress) -> DHCPPacket {
        var packet = packet(.request, transaction, seconds: 0)
        packet.flags = 0
        packet.clientAddress = address
        return packet
    }

    private func packet(_ type: DHCPMessageType, _ transaction: UInt32, seconds: UInt16) -> DHCPPacket {
        var packet = DHCPPacket(.request, transactionID: transaction, mac: hardware.mac)
        packet.seconds = seconds
        packet.messageType = type
        packet.maximumSize = role == .system ? 576 : 1472
        switch role {
        case .system:
            packet.options[.parameterList] = [1, 3, 6, 12, 15, 26, 42, 119, 121]
            packet.options[.clientIdentifier] = [1] + hardware.mac.octets
            return packet
        case .firmware:
            packet.flags = DHCPPacket.broadcastFlag
            packet.options[.parameterList] =
                Array(1...6) + [12, 13, 15, 17, 18, 22, 23, 28, 40, 41, 42, 43, 50, 51, 54]
                + [58, 59, 60, 66, 67, 97] + Array(128...135)
        case .ipxe:
            packet.options[.parameterList] =
                [1, 3, 6, 7, 12, 15, 17, 26, 43, 60, 66, 67, 119, 128, 129, 130, 131, 132]
                + [133, 134, 135, 175, 203]
            packet.options[.userClass] = Array("iPXE".utf8)
            packet.ipxe = features
            packet.options[.clientIdentifier] = [1] + hardware.mac.octets
        }
        packet.machineUUID = hardware.uuid
        packet.architectures = [hardware.firmware.rawValue]
        let isUEFI = hardware.firmware == .uefi
        packet.options[.networkInterface] = isUEFI ? [1, 3, role == .ipxe ? 10 : 0] : [1, 2, 1]
        packet.vendorClass = isUEFI ? "PXEClient:Arch:00007:UNDI:003000" : "PXEClient:Arch:00000:UNDI:002001"
        return packet
    }

    /// What Debian's iPXE of that platform was built with: no HTTPS.
    private var features: IPXEFeatures {
        let version: [UInt8: [UInt8]] = [0xB1: [1, 0x80, 0x86, 0x15, 0x63], IPXEFeatures.version: [1, 0, 0]]
        let platform: [UInt8] = hardware.firmware == .uefi ? [IPXEFeatures.efi] : [IPXEFeatures.bzImage, 0x10, 0x21]
        let flags = [IPXEFeatures.http, IPXEFeatures.dns, 0x15, 0x27] + platform
        return IPXEFeatures(version.merging(flags.map { ($0, [1]) }) { $1 })
    }
}
