package import Core

/// The kind of a DHCP message, option 53 (RFC 2132 §9.6).
package enum DHCPMessageType: UInt8, Sendable, Hashable, CaseIterable {
    case discover = 1
    case offer = 2
    case request = 3
    case decline = 4
    case acknowledge = 5
    case refuse = 6
    case release = 7
    case inform = 8
}

/// The options of the boot path, typed. Reading gives nil when an option is missing or malformed.
extension DHCPPacket {
    package var messageType: DHCPMessageType? {
        get { options[.messageType].flatMap { $0.count == 1 ? DHCPMessageType(rawValue: $0[0]) : nil } }
        set { options[.messageType] = newValue.map { [$0.rawValue] } }
    }

    package var requestedAddress: IPAddress? {
        get { address(.requestedAddress) }
        set { options[.requestedAddress] = newValue?.octets }
    }

    package var serverIdentifier: IPAddress? {
        get { address(.serverIdentifier) }
        set { options[.serverIdentifier] = newValue?.octets }
    }

    /// Seconds.
    package var leaseTime: UInt32? {
        get { integer32(.leaseTime) }
        set { options[.leaseTime] = newValue.map(Self.octets) }
    }

    /// Seconds until the client shall renew (T1).
    package var renewalTime: UInt32? {
        get { integer32(.renewalTime) }
        set { options[.renewalTime] = newValue.map(Self.octets) }
    }

    /// Seconds until the client shall ask any server (T2).
    package var rebindingTime: UInt32? {
        get { integer32(.rebindingTime) }
        set { options[.rebindingTime] = newValue.map(Self.octets) }
    }

    /// The longest packet that the client takes, UDP payload and headers (RFC 2132 §9.10).
    package var maximumSize: UInt16? {
        get { options[.maximumSize].flatMap { $0.count == 2 ? UInt16($0[0]) << 8 | UInt16($0[1]) : nil } }
        set { options[.maximumSize] = newValue.map { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] } }
    }

    package var vendorClass: String? {
        get { text(.vendorClass) }
        set { options[.vendorClass] = newValue.map { Array($0.utf8) } }
    }

    package var tftpServerName: String? {
        get { text(.tftpServerName) }
        set { options[.tftpServerName] = newValue.map { Array($0.utf8) } }
    }

    /// Option 67.
    package var bootFileName: String? {
        get { text(.bootFileName) }
        set { options[.bootFileName] = newValue.map { Array($0.utf8) } }
    }

    /// What a client loads next: option 67, else `file`, as EDK2 and iPXE choose.
    package var bootFileToLoad: String? {
        if let name = bootFileName, !name.isEmpty { return name }
        return bootFile.isEmpty ? nil : String(validating: bootFile, as: UTF8.self)
    }

    /// Option 77, both as RFC 3004 writes it and as the raw text that iPXE sends.
    package var userClasses: [String] {
        guard let bytes = options[.userClass], !bytes.isEmpty else { return [] }
        var rest = bytes[...]
        var classes: [String] = []
        while let length = rest.first {
            let part = rest.dropFirst().prefix(Int(length))
            guard length > 0, part.count == Int(length), let text = String(validating: part, as: UTF8.self) else {
                return [String(decoding: bytes, as: UTF8.self)]
            }
            classes.append(text)
            rest = rest.dropFirst(1 + Int(length))
        }
        return classes
    }

    /// Option 93 (RFC 4578 §2.1), or the number in the vendor class when the option is missing.
    package var architectures: [UInt16] {
        get {
            let bytes = options[.clientArchitecture] ?? []
            let pairs = stride(from: 0, to: bytes.count - 1, by: 2).map {
                UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
            }
            return pairs.isEmpty ? architectureInVendorClass.map { [$0] } ?? [] : pairs
        }
        set {
            options[.clientArchitecture] =
                newValue.isEmpty ? nil : newValue.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        }
    }

    /// Option 97 of type 0 (RFC 4578 §2.3), in SMBIOS byte order on the wire.
    package var machineUUID: MachineUUID? {
        get { options[.machineIdentifier].flatMap { $0.first == 0 ? MachineUUID(smbios: $0.dropFirst()) : nil } }
        set { options[.machineIdentifier] = newValue.map { [0] + $0.smbios } }
    }

    package var relayAgent: RelayAgentInformation? {
        get { options[.relayAgent].flatMap { try? RelayAgentInformation(parsing: $0) } }
        set { options[.relayAgent] = newValue?.serialized() }
    }

    package var ipxe: IPXEFeatures? {
        get { options[.ipxe].map(IPXEFeatures.init(parsing:)) }
        set { options[.ipxe] = newValue?.serialized() }
    }

    package func address(_ code: DHCPOptionCode) -> IPAddress? {
        options[code].flatMap { $0.count == 4 ? IPAddress(octets: $0) : nil }
    }

    /// The addresses of an option that holds a list of them, for example routers.
    package func addresses(_ code: DHCPOptionCode) -> [IPAddress] {
        let bytes = options[code] ?? []
        return stride(from: 0, to: bytes.count - 3, by: 4).compactMap { IPAddress(octets: bytes[$0..<$0 + 4]) }
    }

    private func integer32(_ code: DHCPOptionCode) -> UInt32? {
        options[code].flatMap { $0.count == 4 ? $0.reduce(0) { $0 << 8 | UInt32($1) } : nil }
    }

    /// Text; zero bytes that some firmware puts behind it are dropped.
    private func text(_ code: DHCPOptionCode) -> String? {
        options[code].flatMap { String(validating: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// `00007` of `PXEClient:Arch:00007:UNDI:003000`.
    private var architectureInVendorClass: UInt16? {
        let parts = (vendorClass ?? "").split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[1] == "Arch", parts[2].utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        return UInt16(parts[2])
    }

    private static func octets(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) }
    }
}
