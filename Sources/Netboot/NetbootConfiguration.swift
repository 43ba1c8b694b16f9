package import Core

/// What the boot service serves, where, and to whom.
package struct NetbootConfiguration: Sendable, Hashable {
    package enum Mode: String, Sendable, Hashable, Codable {
        /// The service gives the addresses itself.
        case dhcp
        /// Another server gives the addresses; this one adds only what to boot (PXE 2.1, proxy DHCP).
        case proxy
        /// Another server gives both; only TFTP and HTTP are served.
        case off
    }

    /// A host and a port to listen on.
    package struct Endpoint: Sendable, Hashable {
        package var host: IPAddress
        package var port: Int

        package init(host: IPAddress, port: Int) {
            self.host = host
            self.port = port
        }
    }

    package var mode: Mode
    /// The network interface that DHCP is bound to (`SO_BINDTODEVICE`); nil takes the one that has ``listen``.
    /// On a loopback address only relays are heard.
    package var interface: String?
    /// The address that machines reach this host at: server identifier, next server, TFTP and HTTP host.
    package var advertise: IPAddress
    /// The address of the DHCP sockets (without ``interface``) and of the TFTP socket.
    package var listen: IPAddress
    package var dhcpPort = 67
    package var proxyPort = 4011
    package var tftpPort = 69
    package var httpListen: Endpoint
    /// What stands before every path in scripts: `http://10.0.0.2:8080`, with an address, without a slash at the end.
    package var httpBaseURL: String
    /// The machines' network. Requests from elsewhere are not answered, unless a relay of ``relays`` passed them on.
    package var subnet: CIDR
    /// Further networks whose relays and machines are answered.
    package var relays: [CIDR] = []
    package var gateway: IPAddress?
    package var dns: [IPAddress] = []
    /// Addresses of time servers, option 42.
    package var ntp: [IPAddress] = []
    package var domain: String?
    /// Addresses for machines without a reservation.
    package var ranges: [ClosedRange<IPAddress>] = []
    package var reservations: [Reservation] = []
    package var leaseTime: Duration = .seconds(3600)
    /// Where leases are kept over restarts; nil keeps them in memory.
    package var leaseFile: String?
    /// The directory that boot loaders are read from at the start, for example `/usr/lib/ipxe`.
    package var bootloaderDirectory: String
    package var assets: [NetbootAsset] = []

    package init(
        mode: Mode, advertise: IPAddress, listen: IPAddress, httpListen: Endpoint, httpBaseURL: String, subnet: CIDR,
        bootloaderDirectory: String = "/usr/lib/ipxe"
    ) {
        self.mode = mode
        self.advertise = advertise
        self.listen = listen
        self.httpListen = httpListen
        self.httpBaseURL = httpBaseURL
        self.subnet = subnet
        self.bootloaderDirectory = bootloaderDirectory
    }

    /// Where TFTP listens. EDK2 drops packets that do not come from the address it asked, so where this host has the
    /// advertised address, answers come from there and not from the first address of the interface.
    var tftpHost: IPAddress {
        listen.isAny && LocalInterface.name(of: advertise) != nil ? advertise : listen
    }

    /// Whether an address belongs to a network that is served.
    package func serves(_ address: IPAddress) -> Bool {
        subnet.contains(address) || relays.contains { $0.contains(address) }
    }
}

/// A fixed address for a machine, known by its MAC address or by its SMBIOS UUID.
package struct Reservation: Sendable, Hashable {
    package var mac: MACAddress?
    package var uuid: MachineUUID?
    package var address: IPAddress
    /// Option 12.
    package var hostname: String?

    package init(mac: MACAddress?, uuid: MachineUUID? = nil, address: IPAddress, hostname: String? = nil) {
        self.mac = mac
        self.uuid = uuid
        self.address = address
        self.hostname = hostname
    }
}

/// A file served below `/assets/`.
package struct NetbootAsset: Sendable, Hashable {
    /// The name in the URL: letters, digits, `.`, `-` and `_`.
    package var name: String
    package var path: String
    /// The lower-case hexadecimal digest, which becomes the entity tag. It has been verified before.
    package var sha256: String?

    package init(name: String, path: String, sha256: String? = nil) {
        self.name = name
        self.path = path
        self.sha256 = sha256
    }

    var hasValidName: Bool {
        !name.isEmpty && !name.hasPrefix(".")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
