import Core
import NIOCore

/// What a request is answered with.
struct APIResponse: Sendable {
    enum Body: Sendable {
        case bytes(ByteBuffer)
        case watch(WatchStream)
    }

    var status: Int
    var contentType = "application/json"
    var warnings: [String] = []
    var etag: String?
    var body: Body
    /// Whether it changed the store, or would have but for being a repetition.
    var isWrite = false

    init(_ status: Int, _ body: Body) {
        self.status = status
        self.body = body
    }

    static func json(_ json: JSON, status: Int = 200) -> APIResponse {
        APIResponse(status, .bytes(ByteBuffer(bytes: json.serialized())))
    }

    static func text(_ text: String) -> APIResponse {
        var response = APIResponse(200, .bytes(ByteBuffer(string: text)))
        response.contentType = "text/plain; charset=utf-8"
        return response
    }

    static func failure(_ error: APIError) -> APIResponse {
        .json(error.status, status: error.code)
    }
}

/// The API server behind its sockets: from a request to an answer.
struct APIService: Sendable {
    let store: ObjectStore
    let clock: any WallClock
    /// The version it says it has: `v1.33.12`.
    let version: String

    func answer(_ request: APIRequest) async -> APIResponse {
        do throws(APIError) {
            return try await route(request)
        } catch {
            return .failure(error)
        }
    }

    private func route(_ request: APIRequest) async throws(APIError) -> APIResponse {
        let route = APIRoute(request.segments)
        if case .resource(let address, let isWatch) = route {
            if let review = try review(request, address) { return review }
            return try await ResourceHandler(store: store, clock: clock, request: request, address: address).answer(
                isWatch: isWatch)
        }
        guard request.method == "GET" || request.method == "HEAD" else { throw .methodNotAllowed(request.method) }
        switch route {
        case .root:
            let paths = ["/api", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"]
            return .json(["paths": .strings(paths)])
        case .version: return .json(versionInfo)
        case .health(let name):
            return .text(request.query["verbose"] == nil ? "ok" : "[+]ping ok\n[+]etcd ok\n\(name) check passed\n")
        case .openAPIv2: return try await openAPIv2(request)
        default: return try await describe(route, request)
        }
    }

    private func openAPIv2(_ request: APIRequest) async throws(APIError) -> APIResponse {
        guard [OpenAPIv2.mediaType, OpenAPIv2.otherMediaType].contains(where: request.accept.contains) else {
            throw .notAcceptable(OpenAPIv2.mediaType)
        }
        var response = APIResponse(200, .bytes(ByteBuffer(bytes: OpenAPIv2.document(await store.allKinds))))
        response.contentType = OpenAPIv2.mediaType
        return response
    }

    private func describe(_ route: APIRoute, _ request: APIRequest) async throws(APIError) -> APIResponse {
        let (kinds, revision) = await (store.allKinds, store.discoveryRevision)
        let discovery = Discovery(kinds: kinds, revision: revision)
        let openAPI = OpenAPI(kinds: kinds, revision: revision)
        switch route {
        case .coreVersions, .groups:
            let isCore = if case .coreVersions = route { true } else { false }
            guard let version = aggregation(request.accept) else {
                return .json(isCore ? discovery.coreVersions : discovery.groupList)
            }
            var response = APIResponse.json(discovery.aggregated(isCore: isCore, version: version))
            response.contentType = "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList"
            response.etag = "\"\(revision)\""
            if request.ifNoneMatch == response.etag {
                response.status = 304
                response.body = .bytes(ByteBuffer())
            }
            return response
        case .group(let name): return try found(discovery.group(name))
        case .resources(let groupVersion): return try found(discovery.resourceList(groupVersion))
        case .openAPIIndex: return .json(openAPI.index)
        case .openAPI(let groupVersion): return try found(openAPI.document(groupVersion))
        default: throw .unknownPath
        }
    }

    private func found(_ document: JSON?) throws(APIError) -> APIResponse {
        guard let document else { throw .unknownPath }
        return .json(document)
    }

    /// The version of aggregated discovery that a client would take first.
    private func aggregation(_ accept: String) -> String? {
        let ranges = accept.split(separator: ",").map { $0.filter { $0 != " " } }
        guard let range = ranges.first, range.contains("as=APIGroupDiscoveryList") else { return nil }
        return range.contains("v=v2beta1") ? "v2beta1" : "v2"
    }

    private var versionInfo: JSON {
        let numbers = version.split { !$0.isNumber }.map(String.init)
        return [
            "major": .string(numbers.first ?? "1"), "minor": .string(numbers.count > 1 ? numbers[1] : "0"),
            "gitVersion": .string(version), "gitCommit": "", "gitTreeState": "clean",
            "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "", "platform": "linux/amd64",
        ]
    }

    /// Who am I, and may I: the lab knows its clients by certificate and lets them do all.
    private func review(_ request: APIRequest, _ address: ResourceAddress) throws(APIError) -> APIResponse? {
        guard
            let kind = Discovery.reviews.first(where: {
                $0.groupVersion == address.groupVersion && $0.plural == address.plural
            })
        else { return nil }
        guard request.method == "POST" else { throw .methodNotAllowed(request.method) }
        var review = try request.json()
        review["apiVersion"] = .string(kind.apiVersion)
        review["kind"] = .string(kind.kind)
        if kind.plural == "selfsubjectreviews" {
            let groups = request.peer.groups + ["system:authenticated"]
            review["status"] = ["userInfo": ["username": .string(request.peer.name), "groups": .strings(groups)]]
        } else {
            review["status"] = ["allowed": true]
        }
        return .json(review, status: 201)
    }
}
