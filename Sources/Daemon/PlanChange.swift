package import Core
package import Inventory

/// Which changes of a plan a run may carry out on a cluster that exists.
package enum PlanChange {
    /// Checks that a plan may follow the current one.
    ///
    /// Nodes may be added, and what concerns only booting may change. What the running cluster is built on may not.
    ///
    /// - Throws: ``Faults`` `refused`, one for each change that is not possible.
    package static func check(_ current: Plan?, _ next: Plan) throws(Faults) {
        guard let current else { return }
        var faults: [Fault] = []
        func same(_ name: String, _ old: some CustomStringConvertible, _ new: some CustomStringConvertible) {
            guard old.description != new.description else { return }
            faults.append(
                Fault(
                    .refused, "\(name) cannot be changed from \(old) to \(new)",
                    why: "the cluster \(current.clusterName) is built with it",
                    next: "use another --state-dir for another cluster"))
        }
        same("the cluster's name", current.clusterName, next.clusterName)
        same("the variant", current.variant, next.variant)
        same("the release", current.release, next.release)
        same("the endpoint", current.endpoint, next.endpoint)
        same("the pod network", current.networks.pod.subnet, next.networks.pod.subnet)
        same("the service network", current.networks.service.subnet, next.networks.service.subnet)
        same("the node network", current.networks.node.subnet, next.networks.node.subnet)
        same("the cluster's domain", current.networks.domain, next.networks.domain)
        same("the node that forms etcd", current.bootstrapNode?.name ?? "", next.bootstrapNode?.name ?? "")
        same("the VIP", current.vip?.description ?? "none", next.vip?.description ?? "none")
        for node in current.nodes {
            guard let other = next.nodes.first(where: { $0.name == node.name }) else {
                faults.append(
                    Fault(
                        .refused, "the node \(node.name) is missing from the spec",
                        why: "it is part of the cluster", next: "put it back"))
                continue
            }
            same("the role of \(node.name)", node.role.rawValue, other.role.rawValue)
            same("the address of \(node.name)", node.address, other.address)
            same("the machine of \(node.name)", node.machine, other.machine)
            same("the disk of \(node.name)", "\(node.disk)", "\(other.disk)")
            same("the machine config of \(node.name)", node.configPart(in: current), other.configPart(in: next))
        }
        if !faults.isEmpty { throw Faults(faults) }
    }
}

extension NodePlan {
    /// What tells the machine from others.
    fileprivate var machine: String {
        [mac?.description, uuid?.description, serial].compactMap(\.self).joined(separator: ", ")
    }

    /// What the spec says about the node's machine config.
    fileprivate func configPart(in plan: Plan) -> String {
        let names = plan.networks.dns.map(\.description) + plan.networks.ntp
        let mirrors = plan.mirrors.registries.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let own = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return (own + patches + names + mirrors).joined(separator: " ")
    }
}
