import Inventory
import Packages

/// A plan as lines of text.
struct PlanText {
    let plan: Plan
    let release: Release

    var lines: [String] {
        get throws {
            let expectation = try release.expected(plan.variant, values: plan.platformValues)
            var lines = [
                "\(plan.clusterName): Cozystack \(plan.release) \(plan.variant), Talos \(release.talosVersion), "
                    + "Kubernetes \(release.kubernetesVersion)",
                "plan \(plan.id)",
                "endpoint \(plan.endpoint)",
                "",
                "nodes:",
            ]
            let width = plan.nodes.map(\.name.count).max() ?? 0
            lines += plan.nodes.map { node in
                let role = node.bootstrap ? "\(node.role.rawValue), forms etcd" : node.role.rawValue
                return "  \(node.name.padded(to: width))  \(node.address)  install on \(node.disk)  (\(role))"
            }
            lines += ["", "packages by level:"]
            for level in Set(expectation.packages.map(\.level)).sorted() {
                let names = expectation.packages.filter { $0.level == level }.map(\.name)
                lines.append("  \(level): \(names.joined(separator: ", "))")
            }
            lines += [
                "", "\(expectation.packages.count) Packages, \(expectation.helmReleases.count) HelmReleases",
            ]
            return lines
        }
    }
}
