import Core
import NIOCore
import Synchronization

/// The name of an object within its resource. Cluster-wide ones have the empty namespace.
struct StoreKey: Hashable, Comparable, Sendable {
    var namespace: String
    var name: String

    static func < (left: Self, right: Self) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }
}

/// An object among all resources.
struct ObjectReference: Hashable, Sendable {
    /// ``ResourceKind/storageName``.
    var resource: String
    var key: StoreKey
}

/// One state of one object. Never changes; the next state is another value.
final class StoredObject: Sendable {
    let key: StoreKey
    let resourceVersion: Int
    /// Everything but `metadata.managedFields`, in the form it is kept in.
    let body: JSON
    let managed: ManagedFields
    /// The JSON text, made when it is first sent: many watchers read the same bytes.
    private let encoded = Mutex<ByteBuffer?>(nil)

    init(key: StoreKey, resourceVersion: Int, body: JSON, managed: ManagedFields) {
        self.key = key
        self.resourceVersion = resourceVersion
        self.body = body
        self.managed = managed
    }

    var metadata: JSON { body["metadata"] ?? .object([:]) }
    var uid: String { metadata["uid"]?.string ?? "" }
    var labels: [String: JSON] { metadata["labels"]?.object ?? [:] }
    var finalizers: [String] { (metadata["finalizers"]?.array ?? []).compactMap(\.string) }
    var isTerminating: Bool { metadata["deletionTimestamp"] != nil }

    /// The whole object as a kind's version shows it.
    func json(as kind: ResourceKind) -> JSON {
        var json = kind.show(body)
        if !managed.entries.isEmpty { json[["metadata", "managedFields"]] = managed.json }
        return json
    }

    /// The bytes of ``json(as:)``.
    func bytes(as kind: ResourceKind) -> ByteBuffer {
        guard body["apiVersion"]?.string == kind.apiVersion else {
            return ByteBuffer(bytes: json(as: kind).serialized())
        }
        return encoded.withLock { encoded in
            if let encoded { return encoded }
            let bytes = ByteBuffer(bytes: json(as: kind).serialized())
            encoded = bytes
            return bytes
        }
    }

    /// The same object with another resource version, as a deletion shows it.
    func at(_ resourceVersion: Int) -> StoredObject {
        var body = body
        body[["metadata", "resourceVersion"]] = .string(String(resourceVersion))
        return StoredObject(key: key, resourceVersion: resourceVersion, body: body, managed: managed)
    }
}

extension ResourceKind {
    /// A stored object as this version shows it. Versions of a CRD differ in `apiVersion` only (conversion strategy None).
    func show(_ stored: JSON) -> JSON {
        guard stored["apiVersion"]?.string != apiVersion else { return stored }
        var json = form == .event ? EventForm.fromCore(stored) : stored
        json["apiVersion"] = .string(apiVersion)
        return json
    }

    /// The form in which an object of this version is kept.
    func store(_ shown: JSON) -> JSON {
        var json = form == .event ? EventForm.toCore(shown) : shown
        json["apiVersion"] = .string(
            form == .event ? "v1" : "\(group.isEmpty ? "" : group + "/")\(storageVersion ?? version)")
        return json
    }
}

/// Core `Event` objects under the field names of `events.k8s.io/v1`.
enum EventForm {
    private static let names = [
        "regarding": "involvedObject", "note": "message", "reportingController": "reportingComponent",
        "deprecatedSource": "source", "deprecatedFirstTimestamp": "firstTimestamp",
        "deprecatedLastTimestamp": "lastTimestamp", "deprecatedCount": "count",
    ]

    static func toCore(_ event: JSON) -> JSON {
        rename(event, names)
    }

    static func fromCore(_ event: JSON) -> JSON {
        rename(event, Dictionary(uniqueKeysWithValues: names.map { ($1, $0) }))
    }

    private static func rename(_ event: JSON, _ names: [String: String]) -> JSON {
        var fields: [String: JSON] = [:]
        for (key, value) in event.object ?? [:] { fields[names[key] ?? key] = value }
        return .object(fields)
    }
}
