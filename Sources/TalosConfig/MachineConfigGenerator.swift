package import Core
package import Embedded
import YAML

/// Writes machine configs. The same input and secrets always give the same text.
package enum MachineConfigGenerator {
    /// What `talosctl gen config` writes, byte for byte, for the contracts 1.12 and 1.13.
    ///
    /// - Throws: ``Fault`` `usage` for other contracts.
    package static func plain(
        role: NodeRole, cluster: ClusterConfigInput, installDisk: InstallDisk? = nil, secrets: SecretsBundle
    ) throws(Fault) -> MachineConfig {
        try check(cluster.contract)
        let plain = PlainConfig(role: role, cluster: cluster, installDisk: installDisk, secrets: secrets)
        return MachineConfig(documents: plain.documents)
    }

    /// The config of a node that is ready for Cozystack: the plain one, the layers of `machineconfigs/`, the node's own
    /// part, and the operator's patches last.
    ///
    /// - Throws: ``Fault`` `usage` at `file:line:column` of a layer or patch that cannot be applied, and for a result
    ///   that Talos would refuse or never get through.
    package static func cozystack(
        cluster: ClusterConfigInput, node: NodeConfigInput, secrets: SecretsBundle, embedded: Embedded
    ) throws(Fault) -> MachineConfig {
        try check(cluster.contract)
        let cluster = CozystackLayers.completed(cluster)
        var plainCluster = cluster
        plainCluster.registryMirrors = []
        let plain = PlainConfig(
            role: node.role, cluster: plainCluster, installDisk: node.installDisk, secrets: secrets)
        let layers = CozystackLayers(cluster: cluster, node: node, embedded: embedded)
        var documents = try layers.apply(to: plain.documents)
        let own = NodeLayer(node: node, cluster: cluster)
        if let patch = try own.patch() { documents = try StrategicMerge.apply([patch], to: documents) }
        for document in own.documents { replace(document, in: &documents) }
        for (index, patch) in node.patches.enumerated() {
            let file = "patch \(index + 1) of node \(node.name)"
            documents = try StrategicMerge.apply(text: patch, to: documents, file: file)
        }
        documents = FieldOrder.sorted(documents)
        try MachineConfigRules(documents: documents, node: node.name).check()
        return MachineConfig(documents: documents)
    }

    /// Puts a document in the place of the one with its kind and name, or behind all.
    private static func replace(_ document: Node, in documents: inout [Node]) {
        let index = documents.firstIndex { $0["kind"] == document["kind"] && $0["name"] == document["name"] }
        if let index { documents[index] = document } else { documents.append(document) }
    }

    private static func check(_ contract: TalosContract) throws(Fault) {
        guard contract.isSupported else {
            throw Fault(
                .usage, "machine configs for Talos \(contract) cannot be written",
                why: "the contracts v1.12 and v1.13 are known", next: "Talos 1.12 to 1.14 read contract v1.13 or older")
        }
    }
}
