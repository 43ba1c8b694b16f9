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
        }
        if !faults.isEmpty { throw Faults(faults) }
    }
}
