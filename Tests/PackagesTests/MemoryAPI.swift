import Core
import Kubernetes
import Synchronization

/// A small Kubernetes API in memory, behind the client's transport: objects, versions, watches, status subresources,
/// conflicts and the ownership of applied fields. Enough for controllers; it counts what is written.
final class MemoryAPI: KubernetesTransport, Sendable {
    struct Entry: Sendable, Hashable, Comparable {
        var collection: String
        var namespace: String
        var name: String

        static func < (left: Entry, right: Entry) -> Bool {
            (left.collection, left.namespace, left.name) < (right.collection, right.namespace, right.name)
        }
    }

    private struct Watcher: Sendable {
        var target: RequestTarget
        var selectors: [String: String]
        var stream: AsyncStream<[UInt8]>.Continuation
    }

    private struct State: Sendable {
        var objects: [Entry: KubernetesObject] = [:]
        var version = 0
        var log: [(version: Int, entry: Entry, kind: String, object: KubernetesObject)] = []
        var watchers: [Int: Watcher] = [:]
        var writes: [String] = []
        var refusals: [String: Int] = [:]
    }

    private let state = Mutex(State())

    // MARK: For tests

    /// The calls that changed something, or wanted to: `PUT helmreleases/cozy-cilium/cilium`.
    var writes: [String] { state.withLock { $0.writes } }

    func forgetWrites() {
        state.withLock { $0.writes = [] }
    }

    /// Answers 409 to the next writes of a call.
    func refuse(_ call: String, times: Int = 1) {
        state.withLock { $0.refusals[call] = times }
    }

    func all(_ type: ResourceType) -> [KubernetesObject] {
        let target = RequestTarget(type.path(namespace: nil)[...])
        return state.withLock { state in
            state.objects.filter { $0.key.collection == target.collection }.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    func get(_ type: ResourceType, _ name: String, namespace: String? = nil) -> KubernetesObject? {
        let target = RequestTarget(type.path(namespace: namespace, name: name)[...])
        return state.withLock { $0.objects[target.entry] }
    }

    /// Puts an object as it is, as another client would.
    func put(_ type: ResourceType, _ object: KubernetesObject) {
        let target = RequestTarget(type.path(namespace: object.namespace, name: object.name)[...])
        _ = state.withLock { Self.store(object, at: target.entry, &$0) }
    }

    func change(
        _ type: ResourceType, _ name: String, namespace: String? = nil, _ body: (inout KubernetesObject) -> Void
    ) {
        guard var object = get(type, name, namespace: namespace) else { return }
        body(&object)
        put(type, object)
    }

    func remove(_ type: ResourceType, _ name: String, namespace: String? = nil) {
        let target = RequestTarget(type.path(namespace: namespace, name: name)[...])
        state.withLock { Self.delete(target.entry, &$0) }
    }

    // MARK: Transport

    func collect(_ request: KubernetesRequest, limit: Int) async throws(Fault) -> KubernetesAnswer {
        let body = request.body.isEmpty ? JSON.null : try JSON(parsing: request.body)
        let (path, query) = Self.split(request.target)
        let target = RequestTarget(path)
        return state.withLock { state in
            let call = "\(request.method) " + Self.short(target)
            if request.method != "GET" {
                state.writes.append(call)
                if let left = state.refusals[call], left > 0 {
                    state.refusals[call] = left - 1
                    return Self.failure(409, "Conflict")
                }
            }
            switch request.method {
            case "GET": return Self.read(target, query, state)
            case "POST": return Self.create(body, target, &state)
            case "PUT": return Self.replace(body, target, &state)
            case "DELETE": return Self.delete(target, &state)
            default:
                return request.contentType?.contains("apply-patch") == true
                    ? Self.apply(body, target, manager: query["fieldManager"] ?? "", &state)
                    : Self.merge(body, target, &state)
            }
        }
    }

    func stream(_ request: KubernetesRequest) async throws(Fault) -> (head: KubernetesAnswer, body: KubernetesBody) {
        let (path, query) = Self.split(request.target)
        let (events, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        let watcher = Watcher(target: RequestTarget(path), selectors: query, stream: continuation)
        let since = Int(query["resourceVersion"] ?? "") ?? 0
        state.withLock { state in
            for event in state.log where event.version > since {
                Self.tell(watcher, event.entry, event.kind, event.object)
            }
            let id = state.watchers.count
            state.watchers[id] = watcher
        }
        return (KubernetesAnswer(status: 200), Frames(events: events))
    }

    private struct Frames: AsyncSequence, Sendable {
        let events: AsyncStream<[UInt8]>

        struct Iterator: AsyncIteratorProtocol {
            var events: AsyncStream<[UInt8]>.Iterator

            mutating func next() async throws(Fault) -> [UInt8]? { await events.next() }

            mutating func next(isolation actor: isolated (any Actor)?) async throws(Fault) -> [UInt8]? {
                await events.next(isolation: actor)
            }
        }

        func makeAsyncIterator() -> Iterator { Iterator(events: events.makeAsyncIterator()) }
    }
}

extension MemoryAPI {
    private static func split(_ target: String) -> (Substring, [String: String]) {
        let parts = target.split(separator: "?", maxSplits: 1)
        let query = (parts.dropFirst().first ?? "").split(separator: "&").map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1)
            let value = sides.dropFirst().first.map(String.init) ?? ""
            return (String(sides[0]), value.replacing("%3D", with: "=").replacing("%2F", with: "/"))
        }
        return (parts[0], Dictionary(query, uniquingKeysWith: { $1 }))
    }

    private static func short(_ target: RequestTarget) -> String {
        let plural = target.collection.split(separator: "/").last.map(String.init) ?? ""
        return [plural, target.namespace, target.name, target.subresource].compactMap(\.self).joined(separator: "/")
    }

    private static func failure(_ status: Int, _ reason: String) -> KubernetesAnswer {
        let body: JSON = [
            "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": .string(reason),
            "code": .int(Int64(status)), "message": .string(reason),
        ]
        return KubernetesAnswer(status: status, body: body.serialized())
    }

    private static func selects(
        _ object: KubernetesObject, _ entry: Entry, _ target: RequestTarget, _ query: [String: String]
    )
        -> Bool
    {
        guard entry.collection == target.collection else { return false }
        if let namespace = target.namespace, entry.namespace != namespace { return false }
        if let label = query["labelSelector"], object.labels[label] == nil { return false }
        if let field = query["fieldSelector"], field != "metadata.name=\(entry.name)" { return false }
        return true
    }

    private static func read(_ target: RequestTarget, _ query: [String: String], _ state: State) -> KubernetesAnswer {
        if target.name != nil {
            guard let object = state.objects[target.entry] else { return failure(404, "NotFound") }
            return KubernetesAnswer(status: 200, body: object.json.serialized())
        }
        let items = state.objects.filter { selects($0.value, $0.key, target, query) }.values.map(\.json)
        let list: JSON = [
            "metadata": ["resourceVersion": .string(String(state.version))], "items": .array(Array(items)),
        ]
        return KubernetesAnswer(status: 200, body: list.serialized())
    }

    private static func tell(_ watcher: Watcher, _ entry: Entry, _ kind: String, _ object: KubernetesObject) {
        guard selects(object, entry, watcher.target, watcher.selectors) else { return }
        let frame: JSON = ["type": .string(kind), "object": object.json]
        watcher.stream.yield(frame.serialized() + [0x0A])
    }

    private static func publish(_ kind: String, _ object: KubernetesObject, at entry: Entry, _ state: inout State) {
        state.log.append((state.version, entry, kind, object))
        for watcher in state.watchers.values { tell(watcher, entry, kind, object) }
    }

    /// Stores an object with a new version, and a new generation if its spec changed. Nothing happens when it is equal.
    private static func store(_ object: KubernetesObject, at entry: Entry, _ state: inout State) -> KubernetesAnswer {
        var object = object
        let old = state.objects[entry]
        object["metadata", "resourceVersion"] = old?["metadata", "resourceVersion"]
        object["metadata", "uid"] =
            old?["metadata", "uid"] ?? .string("uid-\(entry.namespace)-\(entry.name)-\(state.version)")
        object["metadata", "creationTimestamp"] = old?["metadata", "creationTimestamp"] ?? "2026-01-01T00:00:00Z"
        let generation = old?.generation ?? 0
        object["metadata", "generation"] = .int(
            Int64(old?.spec == object.spec && old != nil ? generation : generation + 1))
        if object != old {
            state.version += 1
            object["metadata", "resourceVersion"] = .string(String(state.version))
            state.objects[entry] = object
            publish(old == nil ? "ADDED" : "MODIFIED", object, at: entry, &state)
        }
        return KubernetesAnswer(status: old == nil ? 201 : 200, body: object.json.serialized())
    }

    private static func create(_ body: JSON, _ target: RequestTarget, _ state: inout State) -> KubernetesAnswer {
        let object = KubernetesObject(body)
        var entry = target.entry
        entry.name = object.name
        if let namespace = target.namespace {
            let home = Entry(collection: "api/v1/namespaces", namespace: "", name: namespace)
            guard state.objects[home] != nil else { return failure(404, "NotFound") }
        }
        guard state.objects[entry] == nil else { return failure(409, "AlreadyExists") }
        return store(object, at: entry, &state)
    }

    private static func replace(_ body: JSON, _ target: RequestTarget, _ state: inout State) -> KubernetesAnswer {
        guard var object = state.objects[target.entry] else { return failure(404, "NotFound") }
        let new = KubernetesObject(body)
        if let version = new.resourceVersion, version != object.resourceVersion { return failure(409, "Conflict") }
        if target.subresource == "status" {
            object.status = new.status
        } else {
            let status = object.status
            object = new
            object.status = status
        }
        return store(object, at: target.entry, &state)
    }

    private static func merge(_ patch: JSON, _ target: RequestTarget, _ state: inout State) -> KubernetesAnswer {
        guard var object = state.objects[target.entry] else { return failure(404, "NotFound") }
        object.json = AppliedFields.merged(object.json, patch)
        return store(object, at: target.entry, &state)
    }

    private static func apply(
        _ body: JSON, _ target: RequestTarget, manager: String, _ state: inout State
    ) -> KubernetesAnswer {
        let old = state.objects[target.entry]
        var object = old ?? KubernetesObject(["apiVersion": body["apiVersion"] ?? "", "kind": body["kind"] ?? ""])
        var wanted = body
        wanted["apiVersion"] = nil
        wanted["kind"] = nil
        wanted[["metadata", "name"]] = nil
        wanted[["metadata", "namespace"]] = nil
        var managers = object["metadata", "managedFields"]?.array ?? []
        let index = managers.firstIndex { $0["manager"] == .string(manager) }
        if let index, let fields = managers[index]["fieldsV1"] {
            AppliedFields.remove(fields, notIn: wanted, from: &object.json)
        }
        object.json = AppliedFields.merged(object.json, body)
        let record: JSON = [
            "manager": .string(manager), "operation": "Apply", "fieldsV1": AppliedFields.fieldSet(wanted),
        ]
        if let index { managers[index] = record } else { managers.append(record) }
        object["metadata", "managedFields"] = .array(managers)
        return store(object, at: target.entry, &state)
    }

    private static func delete(_ target: RequestTarget, _ state: inout State) -> KubernetesAnswer {
        guard state.objects[target.entry] != nil else { return failure(404, "NotFound") }
        delete(target.entry, &state)
        return KubernetesAnswer(status: 200, body: JSON.object([:]).serialized())
    }

    private static func delete(_ entry: Entry, _ state: inout State) {
        guard let object = state.objects.removeValue(forKey: entry) else { return }
        state.version += 1
        publish("DELETED", object, at: entry, &state)
    }
}
