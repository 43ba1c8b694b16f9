import Core
import SwiftProtobuf
import TalosMessages
package import YAML

/// A resource of the node's state, what `talosctl get` shows.
package struct TalosResource: Sendable, Hashable {
    /// A namespace and a type of resources.
    package struct Kind: Sendable, Hashable {
        package var namespace: String
        /// With its domain: `Disks.block.talos.dev`.
        package var type: String

        package init(_ type: String, in namespace: String) {
            self.type = type
            self.namespace = namespace
        }
    }

    package var kind: Kind
    package var id: String
    package var version: String
    /// `running` or `tearingDown`.
    package var phase: String
    package var owner: String
    package var labels: [String: String]
    package var annotations: [String: String]
    /// What the node says in YAML; the keys are Talos's.
    package var spec: Node

    /// - Throws: ``Fault`` when the spec is no YAML.
    init(_ resource: Cosi_Resource_Resource) throws(Fault) {
        let metadata = resource.metadata
        kind = Kind(metadata.type, in: metadata.namespace)
        id = metadata.id
        version = metadata.version
        phase = metadata.phase
        owner = metadata.owner
        labels = metadata.labels
        annotations = metadata.annotations
        spec = try YAML.parse(resource.spec.yamlSpec, file: "\(metadata.type)/\(metadata.id)").first ?? .null
    }
}

/// A change of a watched resource.
package enum TalosResourceEvent: Sendable, Hashable {
    case created(TalosResource)
    case updated(TalosResource)
    case destroyed(TalosResource)
    /// All resources that were there have been reported.
    case bootstrapped
}
