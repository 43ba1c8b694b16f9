import Core
import SwiftProtobuf
import TalosMessages

/// The calls that answer with many messages.
extension TalosService {
    func dmesg(_ request: Machine_DmesgRequest, _ reply: GRPCReply) async throws {
        func send(_ line: KernelLog.Line) async throws {
            var data = Common_Data()
            data.bytes = .init(Array(line.dmesg.utf8))
            try await reply.send(try data.serializedBytes())
        }
        guard request.follow else {
            for line in node.log.recent { try await send(line) }
            return
        }
        reply.sendHeaders()
        for await line in node.log.follow(onlyNew: request.tail) { try await send(line) }
        throw CancellationError()
    }

    func events(_ request: Machine_EventsRequest, _ reply: GRPCReply) async throws {
        let asked = [request.tailEvents != 0, !request.tailID.isEmpty, request.tailSeconds != 0]
        guard asked.count(where: { $0 }) <= 1 else {
            throw CallStatus(.invalidArgument, "only one of tail_events, tail_id, tail_seconds can be specified")
        }
        guard request.tailID.isEmpty || EventIdentifiers.isValid(request.tailID) else {
            throw CallStatus(.invalidArgument, "error parsing tail_id: xid: invalid ID")
        }
        let since = request.tailSeconds == 0 ? nil : node.now.advanced(by: .seconds(-Int64(request.tailSeconds)))
        let events = node.events.follow(
            tail: Int(request.tailEvents), after: request.tailID.isEmpty ? nil : request.tailID, since: since)
        // An empty hello comes first.
        var hello = Machine_Event()
        hello.data = Google_Protobuf_Any()
        try await reply.send(try hello.serializedBytes())
        for await event in events where request.withActorID.isEmpty || event.actorID == request.withActorID {
            try await reply.send(try event.serializedBytes())
        }
        throw CancellationError()
    }

    func list(_ request: Cosi_Resource_ListRequest, _ caller: TalosCaller, _ reply: GRPCReply) async throws {
        try check(request.type, request.namespace, caller)
        guard request.options.labelQuery.isEmpty, request.options.idQuery.regexp.isEmpty else {
            throw CallStatus(.unimplemented, "the lab's nodes do not filter resources")
        }
        reply.sendHeaders()
        for resource in await node.resources(request.type) {
            var answer = Cosi_Resource_ListResponse()
            answer.resource = resource
            try await reply.send(try answer.serializedBytes())
        }
    }

    func watch(_ request: Cosi_Resource_WatchRequest, _ caller: TalosCaller, _ reply: GRPCReply) async throws {
        try check(request.type, request.namespace, caller)
        let options = request.options
        if request.hasID, options.bootstrapContents || !options.labelQuery.isEmpty {
            throw CallStatus(.unimplemented, "bootstrap_contents and label_query are not supported for a single id")
        }
        let changes = node.changes.follow()
        var known = Dictionary(
            await current(request).map { ($0.metadata.id, $0) }, uniquingKeysWith: { $1 })
        // The watch is established: an empty frame.
        try await reply.send(try Cosi_Resource_WatchResponse().serializedBytes())
        if request.hasID {
            // A watch of one resource tells its present state first: created, or destroyed when it is not there.
            let resource = known[request.id] ?? Self.absent(request)
            try await send([(known[request.id] == nil ? .destroyed : .created, resource, nil)], request, reply)
        } else if options.bootstrapContents {
            var first: [Change] = known.keys.sorted().compactMap { known[$0] }.map { (.created, $0, nil) }
            if request.apiVersion >= 1 { first.append((.bootstrapped, Cosi_Resource_Resource(), nil)) }
            try await send(first, request, reply)
        }
        for await _ in changes {
            let present = Dictionary(await current(request).map { ($0.metadata.id, $0) }, uniquingKeysWith: { $1 })
            try await send(Self.difference(known, present), request, reply)
            known = present
        }
        throw CancellationError()
    }

    private typealias Change = (
        type: Cosi_Resource_EventType, resource: Cosi_Resource_Resource, old: Cosi_Resource_Resource?
    )

    private func current(_ request: Cosi_Resource_WatchRequest) async -> [Cosi_Resource_Resource] {
        await node.resources(request.type).filter { !request.hasID || $0.metadata.id == request.id }
    }

    private func send(
        _ changes: [Change], _ request: Cosi_Resource_WatchRequest, _ reply: GRPCReply
    ) async throws {
        let events = changes.map { change in
            var event = Cosi_Resource_Event()
            event.eventType = change.type
            event.resource = change.resource
            if let old = change.old { event.old = old }
            return event
        }
        guard !events.isEmpty else { return }
        // Only an aggregated watch takes several events in a frame.
        for batch in request.options.aggregated ? [events] : events.map({ [$0] }) {
            var answer = Cosi_Resource_WatchResponse()
            answer.event = batch
            try await reply.send(try answer.serializedBytes())
        }
    }

    private static func difference(
        _ before: [String: Cosi_Resource_Resource], _ after: [String: Cosi_Resource_Resource]
    ) -> [Change] {
        var changes: [Change] = []
        for id in Set(before.keys).union(after.keys).sorted() {
            switch (before[id], after[id]) {
            case (nil, let new?): changes.append((.created, new, nil))
            case (let old?, nil): changes.append((.destroyed, old, nil))
            case (let old?, let new?) where old.metadata.version != new.metadata.version:
                changes.append((.updated, new, old))
            default: break
            }
        }
        return changes
    }

    private static func absent(_ request: Cosi_Resource_WatchRequest) -> Cosi_Resource_Resource {
        var resource = Cosi_Resource_Resource()
        resource.metadata.namespace = request.namespace
        resource.metadata.type = request.type
        resource.metadata.id = request.id
        resource.metadata.phase = "tearingDown"
        return resource
    }

    private func check(_ type: String, _ namespace: String, _ caller: TalosCaller) throws {
        try NodeResources.check(type: type, namespace: namespace, isAdmin: caller.role == .admin)
    }
}

extension NodeResources {
    /// Refuses what Talos refuses: namespaces and types that it does not know, and secrets for everybody but admins.
    static func check(type: String, namespace: String, isAdmin: Bool) throws {
        guard namespaces.contains(namespace) else {
            throw CallStatus(.permissionDenied, "namespace \"\(namespace)\" is not supported")
        }
        guard let kind = kind(type) else {
            throw CallStatus(.permissionDenied, "resource type \"\(type)\" is not supported")
        }
        if kind.isSensitive || namespace == "secrets", !isAdmin { throw CallStatus.notAuthorized }
    }
}
