import Core
import NIOCore

/// Wakes a watch.
enum WatchSignal: Sendable {
    case change
    case bookmark
}

/// One watch: from a start on, all changes that its filter admits, as lines of JSON.
struct WatchStream: Sendable {
    let store: ObjectStore
    let kind: ResourceKind
    let filter: ObjectFilter
    let representation: Representation
    let selection: ListSelection
    /// Where to start; nil sends the present objects first.
    let start: Int?
    let hasBookmarks: Bool
    /// Whether the end of the present objects is marked (`sendInitialEvents`).
    let marksInitialEnd: Bool
    let timeout: Duration
    let clock: any WallClock

    /// Sends until the signals end.
    ///
    /// - Parameters:
    ///   - signals: what wakes the watch; the store's changes have to come through it from before this call on.
    ///   - send: takes one or more whole lines.
    func run(signals: AsyncStream<WatchSignal>, send: (ByteBuffer) async throws -> Void) async throws {
        var lines = WatchLines(kind: kind, representation: representation)
        var position = 0
        do throws(APIError) {
            position = try await begin(&lines)
            lines.addChanges(try await catchUp(&position), filter, clock.now)
        } catch {
            lines.addError(error)
            try await send(lines.take())
            return
        }
        if !lines.isEmpty { try await send(lines.take()) }
        for await signal in signals {
            do throws(APIError) {
                lines.addChanges(try await catchUp(&position), filter, clock.now)
                if signal == .bookmark, hasBookmarks { lines.addBookmark(position) }
            } catch {
                lines.addError(error)
                try await send(lines.take())
                return
            }
            if !lines.isEmpty { try await send(lines.take()) }
        }
        guard let last = try? await catchUp(&position) else { return }
        lines.addChanges(last, filter, clock.now)
        if !lines.isEmpty { try await send(lines.take()) }
    }

    private func begin(_ lines: inout WatchLines) async throws(APIError) -> Int {
        if let start { return start }
        let present = try await store.list(selection)
        for object in present.objects { lines.add("ADDED", object, clock.now) }
        if marksInitialEnd { lines.addBookmark(present.resourceVersion, isInitialEnd: true) }
        return present.resourceVersion
    }

    private func catchUp(_ position: inout Int) async throws(APIError) -> [HistoryEvent] {
        let (events, end) = try await store.changes(of: kind.storageName, after: position)
        position = max(position, end)
        return events
    }
}

/// The text of watch events.
struct WatchLines {
    let kind: ResourceKind
    let representation: Representation
    private var buffer = ByteBuffer()
    private var hasHeader = true

    init(kind: ResourceKind, representation: Representation) {
        self.kind = kind
        self.representation = representation
    }

    var isEmpty: Bool { buffer.readableBytes == 0 }

    mutating func take() -> ByteBuffer {
        defer { buffer = ByteBuffer() }
        return buffer
    }

    /// What changes mean to a watch that sees a part of the objects: one that begins to match comes, one that no longer
    /// does goes.
    mutating func addChanges(_ events: [HistoryEvent], _ filter: ObjectFilter, _ now: Timestamp) {
        for event in events {
            let isSeen = event.change != .deleted && filter.admits(event.object, kind)
            let wasSeen = event.previous.map { filter.admits($0, kind) } ?? false
            switch (wasSeen, isSeen) {
            case (false, true): add("ADDED", event.object, now)
            case (true, true): add("MODIFIED", event.object, now)
            case (true, false):
                add("DELETED", event.previous?.at(event.object.resourceVersion) ?? event.object, now)
            case (false, false): break
            }
        }
    }

    mutating func add(_ type: String, _ object: StoredObject, _ now: Timestamp) {
        buffer.writeString("{\"type\":\"\(type)\",\"object\":")
        switch representation {
        case .table(let include):
            let table = representation.table(
                [object], kind, now, include, metadata: ["resourceVersion": .string(String(object.resourceVersion))],
                hasHeader: hasHeader)
            hasHeader = false
            buffer.writeBytes(table.serialized())
        default: buffer.writeImmutableBuffer(representation.one(object, kind, now))
        }
        buffer.writeString("}\n")
    }

    mutating func addBookmark(_ resourceVersion: Int, isInitialEnd: Bool = false) {
        var metadata: JSON = ["resourceVersion": .string(String(resourceVersion)), "creationTimestamp": nil]
        if isInitialEnd { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        var object: JSON = ["kind": .string(kind.kind), "apiVersion": .string(kind.apiVersion), "metadata": metadata]
        if case .table(let include) = representation {
            let body = StoredObject(
                key: StoreKey(namespace: "", name: ""), resourceVersion: resourceVersion, body: object,
                managed: ManagedFields())
            object = representation.table(
                [], kind, Timestamp(seconds: 0), include, metadata: body.metadata, hasHeader: hasHeader)
        }
        addLine("BOOKMARK", object)
    }

    mutating func addError(_ error: APIError) {
        addLine("ERROR", error.status)
    }

    private mutating func addLine(_ type: String, _ object: JSON) {
        buffer.writeBytes(JSON.object(["type": .string(type), "object": object]).serialized())
        buffer.writeString("\n")
    }
}
