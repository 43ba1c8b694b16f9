import Core
import NetbootWire
import Synchronization

/// The DHCP server that a datacenter already has: addresses for its machines, and nothing about booting.
final class DatacenterDHCP: DHCPNeighbour {
    private let address: IPAddress
    private let subnet: CIDR
    private let leases: [MACAddress: IPAddress]

    /// - Parameter address: the server's own, which is the gateway as well.
    init(address: IPAddress, subnet: CIDR, leases: [MACAddress: IPAddress]) {
        self.address = address
        self.subnet = subnet
        self.leases = leases
    }

    func reply(to packet: DHCPPacket) -> DHCPPacket? {
        guard let mac = packet.mac, let lease = leases[mac] else { return nil }
        let type: DHCPMessageType
        switch packet.messageType {
        case .discover: type = .offer
        case .request where packet.serverIdentifier == address: type = .acknowledge
        default: return nil
        }
        var reply = DHCPPacket(.reply, transactionID: packet.transactionID, mac: mac)
        reply.flags = packet.flags
        reply.yourAddress = lease
        reply.messageType = type
        reply.serverIdentifier = address
        reply.leaseTime = 3600
        let bits = UInt32.max << UInt32(32 - subnet.prefixLength)
        reply.options[.subnetMask] = [24, 16, 8, 0].map { (shift: UInt32) in UInt8(truncatingIfNeeded: bits >> shift) }
        reply.options[.router] = address.octets
        return reply
    }
}
