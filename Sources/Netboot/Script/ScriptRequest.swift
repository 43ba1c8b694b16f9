import Core

/// Who asks for a script: the query of `/boot/script`.
struct ScriptRequest: Sendable, Hashable {
    let machine: MachineIdentity
    /// Whether UEFI started iPXE.
    let isEFI: Bool

    /// - Returns: nil without a readable MAC address. Everything else may be missing.
    init?(query: String, from address: IPAddress) {
        var fields: [String: String] = [:]
        for pair in query.split(separator: "&").prefix(32) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let value = PercentEncoding.decode(parts[1]) else { continue }
            fields[String(parts[0])] = value
        }
        guard let mac = fields["mac"].flatMap({ MACAddress($0) }) else { return nil }
        machine = MachineIdentity(
            mac: mac, uuid: fields["uuid"].flatMap { MachineUUID($0) }, serial: fields["serial"],
            arch: MachineArchitecture(ipxe: fields["arch"] ?? "x86_64"), address: address)
        isEFI = fields["platform"] == "efi"
    }

    /// The same request again, with concrete values.
    var query: String {
        let arch =
            switch machine.arch {
            case .amd64: "x86_64"
            case .arm64: "arm64"
            case .other: "other"
            }
        return [
            ("mac", machine.mac.description), ("uuid", machine.uuid?.description ?? ""),
            ("serial", PercentEncoding.encode(machine.serial ?? "")), ("arch", arch),
            ("platform", isEFI ? "efi" : "pcbios"),
        ].map { "\($0)=\($1)" }.joined(separator: "&")
    }
}
