import Core
import YAML

extension RuleChecker {
    mutating func checkStorage() {
        guard let storage = node("spec.storage") else { return }
        let names = nodes.compactMap { $0["name"]?.string }
        var seen: [String: Mark] = [:]
        for (index, pool) in (storage["pools"]?.sequence ?? []).enumerated() {
            if let name = pool["name"], let text = name.string {
                if let first = seen.updateValue(name.mark, forKey: text) {
                    report.add(
                        name.mark == .none ? pool.mark : name.mark, "spec.storage.pools[\(index)].name is \(text)",
                        why: "another pool has the same\(first == .none ? "" : ", at \(first)")",
                        next: "each pool has its own")
                }
            }
            for node in pool["nodes"]?.sequence ?? [] {
                guard let text = node.string, !names.contains(text) else { continue }
                report.add(
                    node.mark, "spec.storage.pools[\(index)].nodes has \(text)", why: "there is no node of that name",
                    next: nearest(to: text, among: names).map { "did you mean \($0)?" })
            }
        }
        checkReplicas(storage)
    }

    private mutating func checkReplicas(_ storage: Node) {
        guard let replicas = storage["replicas"], let count = replicas.int, count > nodes.count, !nodes.isEmpty else {
            return
        }
        if replicas.mark == .none {
            completed[["spec", "storage", "replicas"]] = .int(nodes.count)
        } else {
            report.add(
                replicas.mark, "spec.storage.replicas is \(count)",
                why: "there are only \(nodes.count) nodes to hold copies",
                next: "write \(nodes.count) or less")
        }
    }
}
