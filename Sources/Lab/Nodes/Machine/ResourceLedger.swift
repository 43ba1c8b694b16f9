import Core
import SwiftProtobuf
import TalosMessages
import YAML

/// Gives each resource a version that grows when its content changes.
struct ResourceLedger: Sendable {
    private struct Key: Hashable {
        let type: String
        let id: String
    }

    private struct Entry {
        var spec: Node
        var version: Int
        let created: Timestamp
        var updated: Timestamp
    }

    private var entries: [Key: Entry] = [:]

    /// The resource as the wire has it.
    mutating func message(_ resource: NodeResource, now: Timestamp) -> Cosi_Resource_Resource {
        let key = Key(type: resource.type, id: resource.id)
        var entry = entries[key] ?? Entry(spec: resource.spec, version: 1, created: now, updated: now)
        if entry.spec != resource.spec {
            entry.spec = resource.spec
            entry.version += 1
            entry.updated = now
        }
        entries[key] = entry
        var message = Cosi_Resource_Resource()
        message.metadata.namespace = resource.namespace
        message.metadata.type = resource.type
        message.metadata.id = resource.id
        message.metadata.version = String(entry.version)
        message.metadata.phase = "running"
        message.metadata.created = Google_Protobuf_Timestamp(entry.created)
        message.metadata.updated = Google_Protobuf_Timestamp(entry.updated)
        message.spec.yamlSpec = YAML.emit(resource.spec)
        return message
    }

    /// A new boot has new resources.
    mutating func clear() {
        entries = [:]
    }
}

extension Google_Protobuf_Timestamp {
    init(_ moment: Timestamp) {
        self.init()
        seconds = moment.seconds
        nanos = Int32(moment.milliseconds - moment.seconds * 1000) * 1_000_000
    }
}
