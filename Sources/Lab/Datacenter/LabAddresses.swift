package import Core

/// The address plan of a lab: everything is in 127.N.0.0/16, so that each machine has all ports to itself.
package struct LabAddresses: Sendable, Hashable {
    /// The second octets a lab may use.
    package static let networks: ClosedRange<UInt8> = 64...250

    /// The second octet.
    package let network: UInt8
    /// The network of the machines, the provisioning host and the router.
    package let subnet: CIDR

    /// - Returns: nil for an octet outside ``networks``.
    package init?(network: UInt8) {
        guard Self.networks ~= network,
            let subnet = CIDR(address: IPAddress(v4: 127, network, 0, 0), prefixLength: 16)
        else { return nil }
        self.network = network
        self.subnet = subnet
    }

    /// Where the product's boot services are expected.
    package var provisioning: IPAddress { IPAddress(v4: 127, network, 0, 1) }
    /// The shared address of the control planes.
    package var vip: IPAddress { IPAddress(v4: 127, network, 0, 2) }
    /// Files and registry: what a real machine finds in the internet.
    package var internet: IPAddress { IPAddress(v4: 127, network, 0, 3) }
    /// The router of the machines' network, which relays their DHCP packets.
    package var gateway: IPAddress { IPAddress(v4: 127, network, 0, 254) }

    /// The address of the machine with an index from 0: 127.N.1.1 … 127.N.1.250, 127.N.2.1 …
    package func node(_ index: Int) -> IPAddress {
        IPAddress(v4: 127, network, UInt8(1 + index / 250), UInt8(1 + index % 250))
    }
}
