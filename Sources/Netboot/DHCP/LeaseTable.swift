import Core

/// Which address a machine gets: its reservation, the one it had, the one it wishes, or a free one of the ranges.
struct LeaseTable: Sendable {
    /// How long an offered address waits for its request.
    private static let offerTime = Duration.seconds(60)
    /// How long an address stays out of use after a machine found it taken (RFC 2131 §3.1 step 5).
    private static let declineTime = Duration.seconds(3600)

    private enum State { case offered, bound, declined }

    private struct Entry {
        var mac: MACAddress
        var state: State
        var expires: Timestamp
    }

    private let ranges: [ClosedRange<IPAddress>]
    private let reservations: [Reservation]
    private let reserved: Set<IPAddress>
    private var entries: [IPAddress: Entry] = [:]
    private var addresses: [MACAddress: IPAddress] = [:]
    /// The first address of the ranges that was never given out.
    private var fresh: IPAddress?

    init(ranges: [ClosedRange<IPAddress>], reservations: [Reservation], leases: [Lease] = []) {
        self.ranges = ranges
        self.reservations = reservations
        reserved = Set(reservations.map(\.address))
        fresh = ranges.first?.lowerBound
        for lease in leases where ranges.contains(where: { $0.contains(lease.address) }) {
            entries[lease.address] = Entry(mac: lease.mac, state: .bound, expires: lease.expires)
            addresses[lease.mac] = lease.address
        }
    }

    /// The reservation of a machine, by MAC before UUID.
    func reservation(mac: MACAddress, uuid: MachineUUID?) -> Reservation? {
        if let found = reservations.first(where: { $0.mac == mac }) { return found }
        guard let uuid, !uuid.isPlaceholder else { return nil }
        // Some firmware sends the other byte order.
        let swapped = MachineUUID(octets: uuid.smbios)
        return reservations.first { $0.mac == nil && $0.uuid != nil && ($0.uuid == uuid || $0.uuid == swapped) }
    }

    /// An address to offer; it is kept for the machine for a minute. Nil when none is left.
    mutating func offer(mac: MACAddress, uuid: MachineUUID?, wish: IPAddress?, now: Timestamp) -> IPAddress? {
        if let reservation = reservation(mac: mac, uuid: uuid) { return reservation.address }
        if let held = addresses[mac], let entry = entries[held], entry.mac == mac, entry.state != .declined {
            if entry.state == .offered || entry.expires <= now { put(held, mac, .offered, now, Self.offerTime) }
            return held
        }
        let choice = wish.flatMap { isFree($0, now: now) ? $0 : nil } ?? nextFresh() ?? longestExpired(now: now)
        guard let choice else { return nil }
        put(choice, mac, .offered, now, Self.offerTime)
        return choice
    }

    /// Whether a machine may have or keep an address now.
    func permits(_ address: IPAddress, mac: MACAddress, uuid: MachineUUID?, now: Timestamp) -> Bool {
        if let reservation = reservation(mac: mac, uuid: uuid) { return reservation.address == address }
        if let entry = entries[address], entry.mac == mac { return entry.state != .declined }
        return isFree(address, now: now)
    }

    /// Whether the machine has a reservation, or a lease or offer that has not ended.
    func knows(mac: MACAddress, uuid: MachineUUID?, now: Timestamp) -> Bool {
        if reservation(mac: mac, uuid: uuid) != nil { return true }
        guard let address = addresses[mac], let entry = entries[address] else { return false }
        return entry.mac == mac && entry.state != .declined && entry.expires > now
    }

    /// Gives an address that ``permits(_:mac:uuid:now:)`` allowed.
    ///
    /// - Returns: the lease to record; nil for a reservation, which needs no memory.
    mutating func bind(
        _ address: IPAddress, mac: MACAddress, uuid: MachineUUID?, now: Timestamp, for time: Duration
    ) -> Lease? {
        guard reservation(mac: mac, uuid: uuid) == nil else { return nil }
        if let old = addresses[mac], old != address { entries[old] = nil }
        put(address, mac, .bound, now, time)
        return Lease(mac: mac, address: address, expires: now.advanced(by: time))
    }

    /// Takes an address out of use because its machine found somebody else there.
    mutating func decline(_ address: IPAddress, mac: MACAddress, now: Timestamp) -> Bool {
        guard entries[address]?.mac == mac else { return reserved.contains(address) }
        put(address, mac, .declined, now, Self.declineTime)
        addresses[mac] = nil
        return true
    }

    /// Ends a lease; the machine gets the same address again while nobody else needs it.
    mutating func release(_ address: IPAddress, mac: MACAddress, now: Timestamp) -> Lease? {
        guard let entry = entries[address], entry.mac == mac, entry.state == .bound else { return nil }
        put(address, mac, .bound, now, .zero)
        return Lease(mac: mac, address: address, expires: now)
    }

    /// Drops an offer that the machine did not take.
    mutating func forgetOffer(mac: MACAddress) {
        guard let address = addresses[mac], let entry = entries[address], entry.state == .offered else { return }
        entries[address] = nil
        addresses[mac] = nil
    }

    private mutating func put(
        _ address: IPAddress, _ mac: MACAddress, _ state: State, _ now: Timestamp, _ time: Duration
    ) {
        if let old = entries[address], old.mac != mac, addresses[old.mac] == address { addresses[old.mac] = nil }
        entries[address] = Entry(mac: mac, state: state, expires: now.advanced(by: time))
        addresses[mac] = address
    }

    private func isFree(_ address: IPAddress, now: Timestamp) -> Bool {
        guard ranges.contains(where: { $0.contains(address) }), !reserved.contains(address) else { return false }
        return entries[address].map { $0.expires <= now } ?? true
    }

    private mutating func nextFresh() -> IPAddress? {
        while let candidate = fresh {
            fresh = successor(of: candidate)
            if entries[candidate] == nil, !reserved.contains(candidate) { return candidate }
        }
        return nil
    }

    private func successor(of address: IPAddress) -> IPAddress? {
        guard let index = ranges.firstIndex(where: { $0.contains(address) }) else { return nil }
        if address < ranges[index].upperBound { return address.advanced(by: 1) }
        return ranges.indices.contains(index + 1) ? ranges[index + 1].lowerBound : nil
    }

    private func longestExpired(now: Timestamp) -> IPAddress? {
        let ended = entries.filter { $0.value.expires <= now && !reserved.contains($0.key) }
        if let oldest = ended.min(by: { ($0.value.expires, $0.key) < ($1.value.expires, $1.key) }) { return oldest.key }
        // Offers that were forgotten leave addresses behind the fresh ones.
        return firstUnused()
    }

    private func firstUnused() -> IPAddress? {
        for range in ranges {
            var candidate: IPAddress? = range.lowerBound
            while let address = candidate, address <= range.upperBound {
                if entries[address] == nil, !reserved.contains(address) { return address }
                candidate = address.advanced(by: 1)
            }
        }
        return nil
    }
}
