import Core
import NIOCore

/// In which shape a client wants objects.
enum Representation: Sendable, Hashable {
    case object
    /// `meta.k8s.io/v1 Table`, with this much of each object in its row.
    case table(includeObject: IncludeObject)
    /// `meta.k8s.io/v1 PartialObjectMetadata`.
    case metadata

    enum IncludeObject: String, Sendable {
        case none = "None"
        case metadata = "Metadata"
        case object = "Object"
    }

    /// The first type of an `Accept` header that the server can give.
    ///
    /// - Throws: 406 when there is none.
    init(accept: String, includeObject: String?) throws(APIError) {
        let ranges = accept.isEmpty ? ["*/*"] : accept.split(separator: ",").prefix(32).map(String.init)
        for range in ranges {
            var parts = range.split(separator: ";").map { $0.filter { $0 != " " } }
            guard !parts.isEmpty, ["application/json", "application/*", "*/*"].contains(parts.removeFirst()) else {
                continue
            }
            switch parts.first(where: { $0.hasPrefix("as=") })?.dropFirst(3) {
            case nil: self = .object
            case "Table":
                self = .table(includeObject: includeObject.flatMap(IncludeObject.init) ?? .metadata)
            case "PartialObjectMetadata", "PartialObjectMetadataList": self = .metadata
            default: continue
            }
            return
        }
        throw .notAcceptable("application/json")
    }

    func one(_ object: StoredObject, _ kind: ResourceKind, _ now: Timestamp) -> ByteBuffer {
        switch self {
        case .object: object.bytes(as: kind)
        case .metadata: ByteBuffer(bytes: Self.partial(object, kind).serialized())
        case .table(let include):
            ByteBuffer(
                bytes: table(
                    [object], kind, now, include, metadata: ["resourceVersion": .string(String(object.resourceVersion))]
                )
                .serialized())
        }
    }

    func list(_ result: ListResult, _ now: Timestamp) -> ByteBuffer {
        let metadata = JSON.fields([
            "resourceVersion": .string(String(result.resourceVersion)),
            "continue": result.continueToken.map(JSON.string),
            "remainingItemCount": result.remaining.map { .int(Int64($0)) },
        ])
        switch self {
        case .table(let include):
            return ByteBuffer(bytes: table(result.objects, result.kind, now, include, metadata: metadata).serialized())
        case .metadata:
            let items = result.objects.map { ByteBuffer(bytes: Self.partial($0, result.kind).serialized()) }
            return Self.list(items, "PartialObjectMetadataList", "meta.k8s.io/v1", metadata)
        case .object:
            let items = result.objects.map { $0.bytes(as: result.kind) }
            return Self.list(items, result.kind.listKind, result.kind.apiVersion, metadata)
        }
    }

    /// A list object around items that are text already.
    private static func list(
        _ items: [ByteBuffer], _ kind: String, _ apiVersion: String, _ metadata: JSON
    ) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(items.reduce(256) { $0 + $1.readableBytes + 1 })
        buffer.writeString(
            "{\"kind\":\(kind.quoted),\"apiVersion\":\(apiVersion.quoted),\"metadata\":\(metadata),\"items\":[")
        for (index, item) in items.enumerated() {
            if index > 0 { buffer.writeString(",") }
            buffer.writeImmutableBuffer(item)
        }
        buffer.writeString("]}")
        return buffer
    }

    /// A table with a row an object. Watches name the columns in their first event only.
    func table(
        _ objects: [StoredObject], _ kind: ResourceKind, _ now: Timestamp, _ include: IncludeObject, metadata: JSON,
        hasHeader: Bool = true
    ) -> JSON {
        let rows = objects.map { object -> JSON in
            let cells = kind.columns.map { $0.cell(object.body, now) }
            let body: JSON? =
                switch include {
                case .none: .none
                case .metadata: Self.partial(object, kind)
                case .object: object.json(as: kind)
                }
            return .fields(["cells": .array(cells), "object": body])
        }
        return [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
            "columnDefinitions": hasHeader ? .array(kind.columns.map(\.definition)) : .null, "rows": .array(rows),
        ]
    }

    static func partial(_ object: StoredObject, _ kind: ResourceKind) -> JSON {
        [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
            "metadata": object.json(as: kind)["metadata"] ?? .object([:]),
        ]
    }
}
