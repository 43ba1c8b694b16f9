import Core
import NetbootWire

/// The offers of one DHCP round, and what a client makes of them.
struct DHCPOffers: Sendable, Hashable {
    private(set) var all: [DHCPPacket] = []

    mutating func add(_ offer: DHCPPacket) {
        guard offer.messageType == .offer else { return }
        all.append(offer)
    }

    /// The first one that gives an address.
    var addressed: DHCPPacket? {
        all.first { $0.yourAddress != IPAddress(v4: 0, 0, 0, 0) && $0.serverIdentifier != nil }
    }

    /// The offer to boot from: a proxy's when there is one, else the address offer if it has a boot file or is of the
    /// PXE class.
    ///
    /// iPXE ignores an offer without `siaddr`.
    func boot(for role: DHCPRole) -> DHCPPacket? {
        let candidates = all.filter { offer in
            let hasFile = offer.bootFileToLoad != nil
            let isPXE = offer.vendorClass?.hasPrefix("PXEClient") == true
            guard role == .ipxe else { return hasFile || isPXE }
            return hasFile && offer.serverAddress != IPAddress(v4: 0, 0, 0, 0)
        }
        return candidates.first { $0.yourAddress == IPAddress(v4: 0, 0, 0, 0) } ?? candidates.first
    }

    /// Whether EDK2 would ask port 4011 of this server: of the PXE class, without discovery control.
    static func needsBootServer(_ offer: DHCPPacket, _ hardware: NodeHardware) -> Bool {
        guard offer.vendorClass?.hasPrefix("PXEClient") == true else { return false }
        let control = offer.options[.vendorSpecific].flatMap(PXEVendorOptions.discoveryControl)
        if let control, control & 8 != 0 { return false }
        return hardware.firmware == .uefi || offer.bootFileToLoad == nil
    }
}

/// An address, and where to boot from with it.
struct DHCPLease: Sendable, Hashable {
    let address: CIDR
    let gateway: IPAddress?
    let server: IPAddress
    /// `siaddr` of the boot offer.
    var nextServer: IPAddress?
    /// A file name or URL.
    var bootFile: String?

    /// - Returns: nil when the acknowledgement lacks an address or a server.
    init?(_ acknowledgement: DHCPPacket) {
        let mask = acknowledgement.options[.subnetMask] ?? [255, 255, 255, 0]
        let length = mask.reduce(0) { $0 + $1.nonzeroBitCount }
        guard let server = acknowledgement.serverIdentifier,
            let address = CIDR(address: acknowledgement.yourAddress, prefixLength: length)
        else { return nil }
        self.server = server
        self.address = address
        gateway = acknowledgement.addresses(.router).first
    }

    mutating func take(boot offer: DHCPPacket) {
        let none = IPAddress(v4: 0, 0, 0, 0)
        nextServer = offer.serverAddress == none ? offer.serverIdentifier : offer.serverAddress
        bootFile = offer.bootFileToLoad
    }
}
