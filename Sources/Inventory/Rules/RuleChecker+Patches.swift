import Core
import YAML

extension RuleChecker {
    /// What the plan decides, and where to say it instead of in a patch.
    private static let owned: [(path: String, field: String)] = [
        ("machine.type", "spec.nodes[].role"), ("machine.install.disk", "spec.nodes[].disk"),
        ("machine.install.diskSelector", "spec.nodes[].disk"), ("cluster.clusterName", "metadata.name"),
        ("cluster.controlPlane.endpoint", "spec.endpoint"), ("cluster.network.dnsDomain", "spec.networks.domain"),
        ("cluster.network.podSubnets", "spec.networks.pod.subnet"),
        ("cluster.network.serviceSubnets", "spec.networks.service.subnet"),
    ]

    mutating func checkPatches() {
        for (index, node) in nodes.enumerated() {
            for (number, patch) in (node["patches"]?.sequence ?? []).enumerated() {
                check(patch, "spec.nodes[\(index)].patches[\(number)]")
            }
        }
    }

    private mutating func check(_ patch: Node, _ path: String) {
        guard let text = patch.string else { return checkOwned(patch, path, at: nil) }
        do throws(Fault) {
            let documents = try YAML.parse(text, file: "patch").filter { !$0.isNull }
            if documents.isEmpty { report.add(patch.mark, "\(path) is empty", next: "remove it") }
            for document in documents {
                if document.mapping != nil {
                    checkOwned(document, path, at: patch.mark)
                } else {
                    report.add(
                        patch.mark, "\(path) is \(document.kind)",
                        why: "a patch is a mapping that is merged into the machine config; JSON patches are not taken",
                        next: "write it as a part of a machine config, for example machine: {sysctls: {…}}")
                }
            }
        } catch {
            let place = error.location.map { " (\($0))" } ?? ""
            report.add(patch.mark, "\(path) is no YAML", why: "\(error.why ?? error.what)\(place)", next: error.next)
        }
    }

    /// - Parameter mark: the place of a patch that is text; nil when its nodes know their own places.
    private mutating func checkOwned(_ document: Node, _ path: String, at mark: Mark?) {
        for (owned, field) in Self.owned {
            let keys = Self.keys(owned)
            guard document[keys] != nil, let parent = keys.count > 1 ? document[Array(keys.dropLast())] : document,
                let key = parent.key(keys[keys.count - 1])
            else { continue }
            report.add(
                mark ?? key.mark, "\(path) sets \(owned)",
                why: "the plan decides it, and a patch would contradict the plan",
                next: "use \(field)")
        }
    }
}
