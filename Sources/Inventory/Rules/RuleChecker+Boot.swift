import Core
import YAML

extension RuleChecker {
    mutating func checkBoot() {
        checkAdvertisedAddress()
        checkPorts()
        for argument in node("spec.boot.kernelArguments")?.sequence ?? [] {
            guard let name = argument.string?.prefix(while: { $0 != "=" }) else { continue }
            guard ["talos.config", "talos.platform", "initrd"].contains(name) else { continue }
            report.add(
                argument.mark, "spec.boot.kernelArguments has \(name)", why: "each boot gets its own value of it",
                next: "remove it")
        }
    }

    /// Machines must be told an address, unless nothing is served to them.
    private mutating func checkAdvertisedAddress() {
        guard !isGiven("spec.boot.address"), !isGiven("spec.boot.interface") else { return }
        let servesNothing =
            text("spec.boot.mode")?.value == "off" && text("spec.delivery.method")?.value == "push"
            && text("spec.delivery.trust")?.value == "first-use"
        if servesNothing { return }
        report.add(
            given["spec"]?.key("boot")?.mark ?? specMark, "spec.boot.address is missing",
            why: "machines are told to fetch everything from it",
            next: "add address: with the address of this host in the nodes' network, or interface: with its name")
    }

    private mutating func checkPorts() {
        let udp = ["dhcp", "proxy", "tftp"].map { "spec.boot.ports.\($0)" }
        distinct(udp.compactMap(port), "UDP")
        let listen = text("spec.boot.http.listen").flatMap { text in
            HostPort(text.value).map { Placed(value: $0.port, mark: text.mark, path: text.path) }
        }
        distinct([listen, port("spec.delivery.kernelLogPort")].compactMap(\.self), "TCP")
    }

    private func port(_ path: String) -> Placed<Int>? {
        node(path).flatMap { node in node.int.map { Placed(value: $0, mark: node.mark, path: path) } }
    }

    private mutating func distinct(_ ports: [Placed<Int>], _ transport: String) {
        for (index, later) in ports.enumerated() {
            guard let earlier = ports[..<index].first(where: { $0.value == later.value }) else { continue }
            let (place, other) = later.mark == .none ? (earlier, later) : (later, earlier)
            report.add(
                place.mark, "\(place.path) takes port \(place.value)",
                why: "\(other.path) has the same \(transport) port", next: "take another port")
        }
    }

    /// A beginning of URLs is replaced as it stands, so both ends have a slash or neither.
    mutating func checkMirrors() {
        for pair in node("spec.mirrors.files")?.mapping ?? [] {
            guard let prefix = pair.key.string, let mirror = pair.value.string,
                prefix.hasSuffix("/") != mirror.hasSuffix("/")
            else { continue }
            report.add(
                pair.value.mark, "spec.mirrors.files[\"\(prefix)\"] is \(mirror)",
                why: "it stands in the place of \(prefix), and only one of them ends with '/'",
                next: prefix.hasSuffix("/") ? "write \(mirror)/" : "write \(prefix)/ as the key")
        }
    }
}
