import Core
import YAML

extension RuleChecker {
    /// The ranges of the DHCP server and of the load balancer hold nobody else's addresses, nor each other's.
    mutating func checkRanges() {
        let boot = ranges("spec.boot.ranges")
        for range in boot {
            guard let subnet = nodeSubnet, !subnet.contains(range.value.first) || !subnet.contains(range.value.last)
            else {
                continue
            }
            report.add(
                range.mark, "\(range.path) is \(range.value)",
                why: "it is not within spec.networks.node.subnet \(subnet)",
                next: "take addresses of \(subnet)")
        }
        let all = boot + poolRanges
        for (index, range) in all.enumerated() {
            for other in all[..<index] where range.value.overlaps(other.value) {
                report.add(
                    range.mark, "\(range.path) is \(range.value)",
                    why: "it overlaps \(other.path), which is \(other.value)", next: "make one of them smaller")
            }
            checkOccupants(of: range)
        }
    }

    private mutating func checkOccupants(of range: Placed<AddressRange>) {
        let inside = occupied.filter { range.value.contains($0.address) }
        guard let first = inside.min(by: { $0.address < $1.address }) else { return }
        let more = inside.count > 1 ? " and \(inside.count - 1) more" : ""
        report.add(
            range.mark, "\(range.path) is \(range.value)", why: "it holds \(first.address), \(first.name)\(more)",
            next: freePart(of: range.value).map { "for example \($0)" })
    }

    /// The longest part of a range in which nothing has an address.
    private func freePart(of range: AddressRange) -> AddressRange? {
        var parts: [AddressRange?] = []
        var start: IPAddress? = range.first
        for address in Set(occupied.map(\.address)).filter(range.contains).sorted() {
            if let first = start, let last = address.advanced(by: -1) { parts.append(AddressRange(first, last)) }
            start = address.advanced(by: 1)
        }
        if let first = start { parts.append(AddressRange(first, range.last)) }
        return parts.compactMap(\.self).max { $0.size < $1.size }
    }
}

extension AddressRange {
    /// How many addresses there are.
    fileprivate var size: Int {
        func number(_ address: IPAddress) -> Int { address.octets.reduce(0) { $0 << 8 | Int($1) } }
        return number(last) - number(first) + 1
    }
}
