import Core
import YAML

extension RuleChecker {
    mutating func checkNodes() {
        checkQuorum()
        unique("name", of: { $0["name"] })
        unique("match.mac", of: { $0["match"]?["mac"] }, key: { MACAddress($0)?.description ?? $0 })
        unique("match.uuid", of: { $0["match"]?["uuid"] }, key: { $0.lowercased() })
        unique("match.serial", of: { $0["match"]?["serial"] }, key: { $0.lowercased() })
        unique("disk.wwid", of: { $0["disk"]?["wwid"] })
        unique("disk.serial", of: { $0["disk"]?["serial"] })
        unique("bmc.address", of: { $0["bmc"]?["address"] })
        checkControllers()
    }

    /// etcd wants an odd number of members.
    private mutating func checkQuorum() {
        let roles = nodes.compactMap { $0["role"]?.string }
        guard !nodes.isEmpty, roles.count == nodes.count else { return }
        let count = roles.count { $0 == NodeSpec.Role.controlPlane.rawValue }
        let mark = given["spec"]?.key("nodes")?.mark ?? specMark
        switch count {
        case 1, 3, 5: return
        case 0:
            report.add(
                mark, "spec.nodes has no control plane", why: "etcd and the Kubernetes API run on control planes",
                next: "give 1, 3 or 5 nodes role: control-plane")
        case 2, 4:
            let survived = (count - 1) / 2
            report.add(
                mark, "spec.nodes has \(count) control planes",
                why:
                    "etcd goes on only with a majority: \(count) members survive the loss of \(survived), no more than "
                    + "\(count - 1) do, and one more can fail", next: "make it \(count - 1) or \(count + 1)")
        default:
            report.add(
                mark, "spec.nodes has \(count) control planes",
                why: "each write to etcd waits for a majority, and more than 5 members only make it slower",
                next: "give 5 nodes role: control-plane and the others role: worker")
        }
    }

    /// No two nodes have the same value of a field.
    private mutating func unique(
        _ field: String, of value: (Node) -> Node?, key: (String) -> String = { $0 }
    ) {
        var seen: [String: (index: Int, mark: Mark)] = [:]
        for (index, node) in nodes.enumerated() {
            guard let value = value(node), let text = value.string else { continue }
            guard let first = seen[key(text)] else {
                seen[key(text)] = (index, value.mark)
                continue
            }
            let owner = field == "name" ? "another node" : nodeName(first.index)
            report.add(
                value.mark, "spec.nodes[\(index)].\(field) is \(text)",
                why: "\(owner) has the same, at \(first.mark)", next: suggestion(for: field, text))
        }
    }

    private func suggestion(for field: String, _ text: String) -> String {
        guard field == "name" else { return "each node has its own" }
        let names = Set(nodes.compactMap { $0["name"]?.string })
        let digits = text.reversed().prefix { $0.isASCII && $0.isNumber }.count
        let stem = digits == 0 ? text + "-" : String(text.dropLast(digits))
        let free = (1...1000).lazy.map { "\(stem)\($0)" }.first { !names.contains($0) }
        return free.map { "take for example \($0)" } ?? "each node has its own"
    }

    /// A BMC is not the node itself.
    private mutating func checkControllers() {
        let addresses = Set(nodes.compactMap { $0["address"]?.string })
        for (index, node) in nodes.enumerated() {
            guard let field = node["bmc"]?["address"], let text = field.string else { continue }
            let host = HostPort(text)?.host ?? text
            guard addresses.contains(host) else { continue }
            report.add(
                field.mark, "spec.nodes[\(index)].bmc.address is \(text)",
                why: "that is the address of a node; the controller has a card and an address of its own",
                next: "write the address that the BMC's own page shows")
        }
    }

    /// What is pulled cannot ask the node for its disks before, so the disk must be certain.
    mutating func checkDisks() {
        guard text("spec.delivery.method")?.value == "pull" else { return }
        for (index, node) in nodes.enumerated() {
            guard node["disk"]?["selector"] != nil, let key = node["disk"]?.key("selector") else { continue }
            report.add(
                key.mark, "spec.nodes[\(index)].disk has a selector",
                why: "a config that the node pulls names the disk that is wiped before its disks are known",
                next: "name the disk by wwid or serial, or set spec.delivery.method: push")
        }
    }
}
