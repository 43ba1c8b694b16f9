import Core

extension TextFormat {
    static let address = TextFormat(
        "an IPv4 address", example: "10.0.0.11", pattern: "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$"
    ) { text in
        if isIPv4(text) { return nil }
        if let block = CIDR(text) {
            return Advice(
                "the length of the prefix does not belong here; it is that of spec.networks.node.subnet",
                next: "write \(block.address)")
        }
        return IPAddress(text) == nil ? Advice() : Advice("IPv6 is not supported here")
    }

    /// A canonical IPv4 block.
    static let subnet = TextFormat(
        "an IPv4 subnet", example: "10.0.0.0/24", pattern: "^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$"
    ) { text in
        guard let block = CIDR(text) else {
            return IPAddress(text) == nil
                ? Advice() : Advice("the length of the prefix is missing", next: "write \(text)/24")
        }
        guard block.address.isIPv4 else { return Advice("IPv6 is not supported here") }
        guard 8...30 ~= block.prefixLength else {
            return Advice("a prefix of \(block.prefixLength) bits is not usable: it has 8 to 30")
        }
        return block.isCanonical
            ? nil : Advice("it has bits set behind its prefix", next: "write \(block.network)/\(block.prefixLength)")
    }

    static let range = TextFormat(
        "a range of IPv4 addresses", example: "10.0.0.100-10.0.0.199",
        pattern: "^[0-9]{1,3}(\\.[0-9]{1,3}){3} *- *[0-9]{1,3}(\\.[0-9]{1,3}){3}$"
    ) { text in
        if AddressRange(text) != nil { return nil }
        let ends = text.split(separator: "-").map { $0.filter { $0 != " " } }
        guard ends.count == 2, let first = IPAddress(ends[0]), let last = IPAddress(ends[1]), last < first else {
            return Advice()
        }
        return Advice("it ends before it begins", next: "write \(last)-\(first)")
    }

    static let mac = TextFormat(
        "a MAC address", example: "52:54:00:aa:bb:01",
        pattern: "^([0-9A-Fa-f]{2}([:.-][0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{4}([:.-][0-9A-Fa-f]{4}){2}|[0-9A-Fa-f]{12})$"
    ) { text in
        guard let address = MACAddress(text) else { return Advice("it has six pairs of hexadecimal digits") }
        guard address.octets[0] & 1 == 0, address.octets.contains(where: { $0 != 0 }) else {
            return Advice("no network card has this address: it is a group or empty address")
        }
        return nil
    }

    static let uuid = TextFormat(
        "a UUID", example: "4c4c4544-0042-3510-8053-b4c04f4e4d32",
        pattern: "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
    ) { text in
        guard let uuid = MachineUUID(text) else { return Advice("it has 8-4-4-4-12 hexadecimal digits") }
        return uuid.isPlaceholder ? Advice("firmware without a UUID of its own shows this", next: "match by mac") : nil
    }

    /// The serial number of a machine.
    static let machineSerial = TextFormat("a serial number", example: "7XK2V53", pattern: "^\\S(.*\\S)?$") { text in
        guard isLine(text) else { return Advice("it is empty, or begins or ends with a space") }
        let placeholders = [
            "to be filled by o.e.m.", "default string", "not specified", "none", "system serial number", "0123456789",
        ]
        return placeholders.contains(text.lowercased())
            ? Advice("firmware without a serial number of its own shows this", next: "match by mac") : nil
    }

    /// The WWID or serial number of a disk, exactly as Talos shows it.
    static let diskIdentity = TextFormat(
        "the exact WWID or serial number of a disk", example: "naa.5000c500a0b1c2d3", pattern: "^[^\\s*?](.*[^\\s])?$"
    ) { text in
        guard isLine(text) else { return Advice("it is empty, or begins or ends with a space") }
        if text.hasPrefix("/dev/") { return Advice("this is a device name, and these change from boot to boot") }
        return text.contains { "*?".contains($0) }
            ? Advice("a pattern could match another disk, which would be wiped", next: "write it in full") : nil
    }

    /// Talos' `machine.install.diskSelector.size`.
    static let diskSize = TextFormat(
        "a size with a comparison", example: ">= 100GB", pattern: "^(==|!=|<=?|>=?)? *[0-9]"
    ) {
        text in
        let rest = text.drop { "=!<> ".contains($0) }
        let sign = text.prefix { "=!<>".contains($0) }
        let unit = rest.drop { $0.isNumber || $0 == "." }.filter { $0 != " " }.lowercased()
        let units = ["", "b", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "tib", "k", "m", "g", "t"]
        let isRight =
            ["", "==", "!=", "<", "<=", ">", ">="].contains(sign) && rest.first?.isNumber == true
            && units.contains(unit)
        return isRight ? nil : Advice("it has ==, !=, <, <=, > or >=, then a number and a unit")
    }

    /// `host:port` to listen on, the host an address.
    static let listen = TextFormat("an address and a port", example: "0.0.0.0:8080", pattern: "^[^/\\s]+:[0-9]{1,5}$") {
        text in
        if HostPort(text).map({ isIPv4($0.host) }) == true { return nil }
        return isIPv4(text) ? Advice("the port is missing", next: "write \(text):8080") : Advice()
    }

    /// `host` or `host:port`, without a scheme.
    static let hostPort = TextFormat("a host, or host:port", example: "10.0.1.11", pattern: "^[^/\\s]+$") { text in
        if let parts = URLParts(text) { return Advice("there is no scheme here", next: "write \(parts.authority)") }
        return isIPv4(text) || isDomain(text) || HostPort(text) != nil ? nil : Advice()
    }
}

func isIPv4(_ text: some StringProtocol) -> Bool { IPAddress(text)?.isIPv4 == true }
