import Core
import Embedded
import YAML

/// Checks what spans several values, and fills in the defaults that follow from other values.
///
/// Every rule looks only at values whose own form is right; the shapes have reported the others.
struct RuleChecker {
    /// The document as it was written.
    let given: Node
    /// The parts of it that have the right form, with defaults.
    let checked: Node
    /// ``checked`` with the defaults that follow from other values.
    var completed: Node
    var report: Report
    let embedded: Embedded
    /// Addresses that belong to something, for conflicts and for suggestions.
    var occupied: [Occupant] = []
    /// An address of the node subnet that nothing has yet, for suggestions; known once ``occupied`` is.
    var freeAddress: IPAddress?
    /// The nodes in the order of the file.
    let nodes: [Node]

    /// Something that has an address of its own.
    struct Occupant {
        var address: IPAddress
        /// For example `the VIP`.
        var name: String
        var mark: Mark
    }

    /// A value with its place.
    struct Placed<Value> {
        var value: Value
        var mark: Mark
        /// The path from the document's root.
        var path: String
    }

    init(given: Node, checked: Node, report: Report, embedded: Embedded) {
        self.given = given
        self.checked = checked
        completed = checked
        self.report = report
        self.embedded = embedded
        nodes = checked["spec"]?["nodes"]?.sequence ?? []
    }

    /// - Parameter variant: that of the command line.
    mutating func check(variant: String?) {
        checkNetworks()
        checkAddresses()
        checkEndpoint()
        checkRanges()
        checkNodes()
        checkDisks()
        checkPatches()
        checkBoot()
        checkMirrors()
        checkStorage()
        checkPlatform(variant: variant ?? text("spec.variant")?.value)
        checkRelease(variant: variant)
    }

    /// The mark of `spec`, for what is missing in it.
    var specMark: Mark { given["spec"]?.mark ?? given.mark }

    /// Whether the operator wrote a value at this path, right or wrong.
    func isGiven(_ path: String) -> Bool { given[Self.keys(path)] != nil }

    func node(_ path: String) -> Node? { checked[Self.keys(path)] }

    func text(_ path: String) -> Placed<String>? {
        node(path).flatMap { node in node.string.map { Placed(value: $0, mark: node.mark, path: path) } }
    }

    func address(_ path: String) -> Placed<IPAddress>? { placed(path, IPAddress.init) }

    func subnet(_ path: String) -> Placed<CIDR>? { placed(path, CIDR.init) }

    func ranges(_ path: String) -> [Placed<AddressRange>] {
        ranges(in: node(path), path)
    }

    func ranges(in list: Node?, _ path: String) -> [Placed<AddressRange>] {
        (list?.sequence ?? []).enumerated().compactMap { index, node in
            node.string.flatMap { AddressRange($0) }.map {
                Placed(value: $0, mark: node.mark, path: "\(path)[\(index)]")
            }
        }
    }

    /// `node-1`, or `spec.nodes[0]` when it has no right name.
    func nodeName(_ index: Int) -> String { nodes[index]["name"]?.string ?? "spec.nodes[\(index)]" }

    var nodeSubnet: CIDR? { subnet("spec.networks.node.subnet")?.value }

    /// An address of the node subnet that nothing has yet, behind those of the nodes if there is room.
    func findFreeAddress() -> IPAddress? {
        guard let subnet = nodeSubnet else { return nil }
        let taken = Set(occupied.map(\.address)).union([subnet.network, subnet.last])
        let ranges = (ranges("spec.boot.ranges") + poolRanges).map(\.value)
        func isFree(_ address: IPAddress) -> Bool {
            subnet.contains(address) && !taken.contains(address) && !ranges.contains { $0.contains(address) }
        }
        let last = nodes.compactMap { $0["address"]?.string.flatMap { IPAddress($0) } }.filter(subnet.contains).max()
        return [last, subnet.network].compactMap(\.self).lazy.flatMap { start in
            (1..<4096).lazy.compactMap { start.advanced(by: $0) }
        }.first(where: isFree)
    }

    /// The ranges of the load balancer.
    var poolRanges: [Placed<AddressRange>] {
        (node("spec.loadBalancer.pools")?.sequence ?? []).enumerated().flatMap { index, pool in
            ranges(in: pool["ranges"], "spec.loadBalancer.pools[\(index)].ranges")
        }
    }

    static func keys(_ path: String) -> [String] { path.split(separator: ".").map(String.init) }

    private func placed<Value>(_ path: String, _ make: (String) -> Value?) -> Placed<Value>? {
        text(path).flatMap { text in make(text.value).map { Placed(value: $0, mark: text.mark, path: path) } }
    }
}
