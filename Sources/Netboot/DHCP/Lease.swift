package import Core

/// An address that a machine holds until a moment.
package struct Lease: Sendable, Hashable {
    package var mac: MACAddress
    package var address: IPAddress
    package var expires: Timestamp

    package init(mac: MACAddress, address: IPAddress, expires: Timestamp) {
        self.mac = mac
        self.address = address
        self.expires = expires
    }
}

/// Where leases survive a restart.
package protocol LeaseStore: Sendable {
    /// All leases that were recorded; of several for an address the last.
    func load() throws(Fault) -> [Lease]
    /// Records a lease before its acknowledgement is sent. A lease that has ended is recorded with a past moment.
    func record(_ lease: Lease) throws(Fault)
}
