import Core
import NIOCore

/// Answers one request for a resource or for objects of it.
struct ResourceHandler: Sendable {
    let store: ObjectStore
    let clock: any WallClock
    let request: APIRequest
    let address: ResourceAddress

    func answer(isWatch: Bool) async throws(APIError) -> APIResponse {
        let kind = try await store.kind(address)
        switch (request.method, address.name) {
        case ("GET", _) where isWatch || request.query.isTrue("watch"): return try await watch(kind)
        case ("GET", nil), ("HEAD", nil): return try await list()
        case ("GET", _), ("HEAD", _):
            let (kind, object) = try await store.get(address)
            return APIResponse(200, .bytes(try representation().one(object, kind, clock.now)))
        case ("POST", _): return try await written(store.create(try sentObject(), address, writeOptions()))
        case ("PUT", .some): return try await written(store.replace(try sentObject(), address, writeOptions()))
        case ("PATCH", .some): return try await written(store.patch(try patch(), address, patchOptions()))
        case ("DELETE", .some) where address.subresource == nil: return try await delete()
        case ("DELETE", nil): return try await deleteAll()
        default: throw .methodNotAllowed(request.method)
        }
    }

    private func representation() throws(APIError) -> Representation {
        try Representation(accept: request.accept, includeObject: request.query["includeObject"])
    }

    // MARK: Reading

    private func selection() throws(APIError) -> ListSelection {
        var selection = ListSelection(address: address)
        selection.address.name = nil
        selection.labels = request.query["labelSelector"] ?? ""
        selection.fields = request.query["fieldSelector"] ?? ""
        if let name = address.name { selection.fields = "metadata.name=\(name)" }
        selection.limit = try request.query.number("limit")
        selection.continueToken = request.query["continue"]
        if request.query["resourceVersionMatch"] == "Exact" {
            selection.exactVersion = try request.query.number("resourceVersion")
        }
        return selection
    }

    private func list() async throws(APIError) -> APIResponse {
        let representation = try representation()
        let result = try await store.list(try selection())
        return APIResponse(200, .bytes(representation.list(result, clock.now)))
    }

    private func watch(_ kind: ResourceKind) async throws(APIError) -> APIResponse {
        var selection = try selection()
        (selection.limit, selection.continueToken, selection.exactVersion) = (nil, nil, nil)
        let version = try request.query.number("resourceVersion") ?? 0
        let wantsInitial = request.query["sendInitialEvents"].map { _ in request.query.isTrue("sendInitialEvents") }
        if wantsInitial != nil, request.query["resourceVersionMatch"] != "NotOlderThan" {
            throw .badRequest(
                "sendInitialEvents: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
        }
        let seconds = try request.query.number("timeoutSeconds") ?? Int.random(in: 1800..<3600)
        let now = await store.resourceVersion
        let start: Int? =
            switch wantsInitial {
            case true: nil
            case false: version == 0 ? now : version
            case nil: version == 0 ? nil : version
            }
        let stream = WatchStream(
            store: store, kind: kind, filter: try ObjectFilter(selection, kind), representation: try representation(),
            selection: selection, start: start, hasBookmarks: request.query.isTrue("allowWatchBookmarks"),
            marksInitialEnd: wantsInitial == true && request.query.isTrue("allowWatchBookmarks"),
            timeout: .seconds(min(seconds, 86_400)), clock: clock)
        return APIResponse(200, .watch(stream))
    }

    // MARK: Writing

    private func sentObject() throws(APIError) -> JSON {
        let type = request.contentType.split(separator: ";").first.map { $0.filter { $0 != " " } } ?? ""
        guard ["", "application/json", "application/yaml", ProtobufBody.mediaType].contains(type) else {
            throw .unsupportedMediaType(type, accepted: ["application/json", "application/yaml"])
        }
        return try request.json()
    }

    private func patch() throws(APIError) -> Patch {
        let type = request.contentType.split(separator: ";").first.map { $0.filter { $0 != " " } } ?? ""
        switch type {
        case "application/merge-patch+json": return .merge(try request.json())
        case "application/json-patch+json": return .json(try JSONPatchOperation.all(try request.json()))
        case "application/strategic-merge-patch+json": return .strategic(try request.json())
        case "application/apply-patch+yaml": return .apply(try request.json())
        default:
            throw .unsupportedMediaType(
                type,
                accepted: [
                    "application/json-patch+json", "application/merge-patch+json",
                    "application/strategic-merge-patch+json", "application/apply-patch+yaml",
                ])
        }
    }

    private func isDryRun() throws(APIError) -> Bool {
        guard let text = request.query["dryRun"] else { return false }
        guard text == "All" else {
            throw .badRequest("dryRun: Unsupported value: \(text.quoted): supported values: \"All\"")
        }
        return true
    }

    private func writeOptions() throws(APIError) -> WriteOptions {
        let fallback = request.userAgent.split(separator: "/").first.map(String.init) ?? "unknown"
        let manager = request.query["fieldManager"] ?? String(fallback.prefix(128))
        guard manager.utf8.count <= 128 else {
            throw .badRequest("fieldManager: Too long: may not be more than 128 bytes")
        }
        var options = WriteOptions(manager: manager)
        options.isDryRun = try isDryRun()
        if let text = request.query["fieldValidation"] {
            guard let validation = WriteOptions.FieldValidation(rawValue: text) else {
                throw .badRequest(
                    "fieldValidation: Unsupported value: \(text.quoted): supported values: \"Ignore\", \"Strict\", \"Warn\""
                )
            }
            options.fieldValidation = validation
        }
        return options
    }

    private func patchOptions() throws(APIError) -> WriteOptions {
        var options = try writeOptions()
        options.isForced = request.query.isTrue("force")
        let isApply = request.contentType.hasPrefix("application/apply-patch+yaml")
        if isApply, request.query["fieldManager"] == nil {
            throw Self.invalidOptions("fieldManager: Required value: is required for apply patch")
        }
        if !isApply, request.query["force"] != nil {
            throw Self.invalidOptions("force: Forbidden: may not be specified for non-apply patch")
        }
        return options
    }

    private static func invalidOptions(_ why: String) -> APIError {
        APIError(422, "Invalid", "PatchOptions.meta.k8s.io \"\" is invalid: \(why)")
    }

    private func written(_ result: WriteResult) throws(APIError) -> APIResponse {
        var response = APIResponse(
            result.isCreated ? 201 : 200, .bytes(try representation().one(result.object, result.kind, clock.now)))
        response.warnings = result.warnings
        response.isWrite = try !isDryRun()
        return response
    }

    // MARK: Deleting

    private func deleteOptions() throws(APIError) -> DeleteOptions {
        var options = DeleteOptions()
        options.isDryRun = try isDryRun()
        let body: JSON = request.body.isEmpty ? .object([:]) : try request.json()
        guard let text = body["propagationPolicy"]?.string ?? request.query["propagationPolicy"] else {
            if body["orphanDependents"] == true { options.propagation = .orphan }
            return try read(body, &options)
        }
        guard let propagation = DeleteOptions.Propagation(rawValue: text) else {
            throw .badRequest("propagationPolicy: Unsupported value: \(text.quoted)")
        }
        options.propagation = propagation
        return try read(body, &options)
    }

    private func read(_ body: JSON, _ options: inout DeleteOptions) throws(APIError) -> DeleteOptions {
        options.uid = body["preconditions"]?["uid"]?.string
        options.resourceVersion = body["preconditions"]?["resourceVersion"]?.string
        if body["dryRun"]?.array?.contains("All") == true { options.isDryRun = true }
        return options
    }

    private func delete() async throws(APIError) -> APIResponse {
        let options = try deleteOptions()
        let result = try await store.delete(address, options)
        var response: APIResponse
        if result.isRemoved {
            let details = JSON.fields([
                "name": .string(result.object.key.name), "kind": .string(result.kind.plural),
                "uid": .string(result.object.uid),
                "group": result.kind.group.isEmpty ? .none : .string(result.kind.group),
            ])
            response = .json([
                "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details,
            ])
        } else {
            response = APIResponse(200, .bytes(try representation().one(result.object, result.kind, clock.now)))
        }
        response.isWrite = !options.isDryRun
        return response
    }

    private func deleteAll() async throws(APIError) -> APIResponse {
        let options = try deleteOptions()
        let result = try await store.deleteAll(try selection(), options)
        var response = APIResponse(200, .bytes(try representation().list(result, clock.now)))
        response.isWrite = !options.isDryRun
        return response
    }
}
