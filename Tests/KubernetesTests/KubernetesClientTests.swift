import Core
import Kubernetes
import Testing

@Suite struct KubernetesClientTests {
    @Test("A list is read page by page, and its objects know their kind")
    func pages() async throws {
        let transport = ScriptedTransport { request, _ in
            var item = node("n", version: 1)
            item["apiVersion"] = nil
            item["kind"] = nil
            return request.target.contains("continue=")
                ? .status(200, list([item], version: 7))
                : .status(200, list([item, item], version: 7, next: "a/b+c"))
        }
        let client = KubernetesClient(transport: transport, behaviour: .quick)
        let found = try await client.list(.node, labels: "a in (b,c)", fields: "metadata.name=n")
        #expect(found.items.count == 3)
        #expect(found.resourceVersion == "7")
        #expect(found.items.allSatisfy { $0.kind == "Node" && $0.apiVersion == "v1" })
        #expect(
            transport.requests.map(\.target) == [
                "/api/v1/nodes?labelSelector=a%20in%20%28b,c%29&fieldSelector=metadata.name%3Dn&limit=2",
                "/api/v1/nodes?labelSelector=a%20in%20%28b,c%29&fieldSelector=metadata.name%3Dn&limit=2&continue=a/b%2Bc",
            ])
    }

    @Test("When the server forgets the version between two pages, the list is read again in one piece")
    func pageExpired() async throws {
        let transport = ScriptedTransport { request, _ in
            if request.target.contains("continue=") { return .status(410, status(410, "Expired")) }
            return request.target.contains("limit=")
                ? .status(200, list([node("a", version: 1)], version: 5, next: "x"))
                : .status(200, list([node("a", version: 1), node("b", version: 2)], version: 9))
        }
        let found = try await KubernetesClient(transport: transport, behaviour: .quick).list(.node)
        #expect(found.items.map(\.name) == ["a", "b"])
        #expect(found.resourceVersion == "9")
    }

    @Test("An object that is not there is nil, and so is one of a kind that is not served")
    func absent() async throws {
        let transport = ScriptedTransport { _, index in
            index == 0 ? .status(404, status(404, "NotFound")) : .text(404, "404 page not found\n")
        }
        let client = KubernetesClient(transport: transport, behaviour: .quick)
        #expect(try await client.get(.secret, "s", namespace: "n") == nil)
        #expect(try await client.get(.package, "p") == nil)
        #expect(transport.requests[0].target == "/api/v1/namespaces/n/secrets/s")
        #expect(transport.requests[1].target == "/apis/cozystack.io/v1alpha1/packages/p")
    }

    struct Repetition: Sendable, CustomTestStringConvertible {
        let write: Bool
        let status: Int
        let retryAfter: Duration?
        let repeated: Bool

        var testDescription: String { "\(write ? "PUT" : "GET") \(status) \(retryAfter.map { "\($0)" } ?? "-")" }
    }

    @Test(
        "Reads are repeated after errors that pass, writes only when the server did not take them",
        arguments: [
            Repetition(write: false, status: 429, retryAfter: nil, repeated: true),
            Repetition(write: false, status: 500, retryAfter: nil, repeated: true),
            Repetition(write: false, status: 503, retryAfter: nil, repeated: true),
            Repetition(write: false, status: 504, retryAfter: nil, repeated: true),
            Repetition(write: false, status: 400, retryAfter: nil, repeated: false),
            Repetition(write: false, status: 403, retryAfter: nil, repeated: false),
            Repetition(write: true, status: 429, retryAfter: nil, repeated: true),
            Repetition(write: true, status: 503, retryAfter: .milliseconds(1), repeated: true),
            Repetition(write: true, status: 503, retryAfter: nil, repeated: false),
            Repetition(write: true, status: 500, retryAfter: .milliseconds(1), repeated: false),
            Repetition(write: true, status: 409, retryAfter: nil, repeated: false),
        ])
    func repeats(_ row: Repetition) async throws {
        let transport = ScriptedTransport { _, index in
            index < 2
                ? .status(row.status, status(row.status, ""), retryAfter: row.retryAfter)
                : .status(200, node("a", version: 3))
        }
        let client = KubernetesClient(transport: transport, behaviour: .quick)
        let call = {
            _ =
                row.write
                ? try await client.replace(KubernetesObject(node("a", version: 1)))
                : try await client.get(.node, "a")
        }
        if row.repeated {
            try await call()
            #expect(transport.requests.count == 3)
        } else {
            await #expect(throws: KubernetesError.self) { try await call() }
            #expect(transport.requests.count == 1)
        }
    }

    @Test("A broken connection is tried again by a read and reported by a write", arguments: [false, true])
    func unreachable(write: Bool) async throws {
        let transport = ScriptedTransport { _, index in
            index == 0 ? .fault(Fault(.unreachable, "reset")) : .status(200, node("a", version: 1))
        }
        let client = KubernetesClient(transport: transport, behaviour: .quick)
        if write {
            await #expect(throws: Fault.self) { try await client.create(KubernetesObject(node("a", version: 1))) }
        } else {
            #expect(try await client.get(.node, "a")?.name == "a")
        }
        #expect(transport.requests.count == (write ? 1 : 2))
    }

    @Test("Attempts end")
    func givesUp() async {
        let transport = ScriptedTransport { _, _ in .status(503, status(503, "ServiceUnavailable")) }
        let client = KubernetesClient(transport: transport, behaviour: .quick)
        await #expect(throws: KubernetesError.self) { try await client.get(.node, "a") }
        #expect(transport.requests.count == 4)
    }

    @Test("Server-side apply sends what the API expects")
    func apply() async throws {
        let transport = ScriptedTransport { _, _ in .status(200, node("a", version: 1)) }
        let client = KubernetesClient(transport: transport, behaviour: .quick)
        var object = KubernetesObject(.package, name: "cozystack.x", fields: ["spec": ["variant": "default"]])
        object["metadata", "managedFields"] = [["manager": "m"]]
        try await client.apply(object, fieldManager: "me & you", force: true, subresource: "status", dryRun: true)
        let request = try #require(transport.requests.first)
        #expect(request.method == "PATCH")
        #expect(
            request.target
                == "/apis/cozystack.io/v1alpha1/packages/cozystack.x/status?fieldManager=me%20%26%20you&force=true&dryRun=All"
        )
        #expect(request.contentType == "application/apply-patch+yaml")
        let body = try JSON(parsing: request.body)
        #expect(body["metadata"] == ["name": "cozystack.x"])
        #expect(body["spec"] == ["variant": "default"])
    }

    @Test("A conflict names the managers and the fields")
    func conflict() async throws {
        let transport = ScriptedTransport { _, _ in
            .status(
                409,
                [
                    "kind": "Status", "code": 409, "reason": "Conflict", "message": "Apply failed with 1 conflict",
                    "details": [
                        "causes": [
                            [
                                "reason": "FieldManagerConflict",
                                "message": "conflict with \"kubectl\" using v1", "field": ".spec.replicas",
                            ]
                        ]
                    ],
                ])
        }
        let client = KubernetesClient(transport: transport, behaviour: .quick)
        let error = await #expect(throws: KubernetesError.self) {
            try await client.apply(KubernetesObject(.node, name: "a"), fieldManager: "me")
        }
        #expect(error?.isConflict == true)
        #expect(error?.fieldConflicts.map(\.field) == [".spec.replicas"])
        #expect(error?.fault.code == .conflict)
        #expect(error?.fault.next == "kubectl owns .spec.replicas; take it over or leave it out")
        #expect(error?.fault.location == "PATCH /api/v1/nodes/a")
    }

    @Test("Deleting what is gone is no error; preconditions and propagation are sent")
    func delete() async throws {
        let transport = ScriptedTransport { _, index in
            index == 0 ? .status(404, status(404, "NotFound")) : .status(200, ["kind": "Status", "status": "Success"])
        }
        let client = KubernetesClient(transport: transport, behaviour: .quick)
        #expect(try await client.delete(.node, "a") == false)
        #expect(
            try await client.delete(
                .secret, "s", namespace: "n", uid: "u", resourceVersion: "3", propagation: .foreground))
        let body = try JSON(parsing: transport.requests[1].body)
        #expect(body["preconditions"] == ["uid": "u", "resourceVersion": "3"])
        #expect(body["propagationPolicy"] == "Foreground")
    }

    @Test("A merge patch with a version is guarded by it")
    func guardedPatch() async throws {
        let transport = ScriptedTransport { _, _ in .status(200, node("a", version: 1)) }
        let client = KubernetesClient(transport: transport, behaviour: .quick)
        try await client.mergePatch(.node, "a", ["spec": ["unschedulable": true]], resourceVersion: "17")
        let request = try #require(transport.requests.first)
        #expect(request.contentType == "application/merge-patch+json")
        #expect(try JSON(parsing: request.body)["metadata"] == ["resourceVersion": "17"])
    }

    @Test("A kind that is not known is looked up once, and again when it was not there yet")
    func discovery() async throws {
        let transport = ScriptedTransport { _, index in
            if index == 0 { return .text(404, "404 page not found") }
            return .status(
                200,
                [
                    "kind": "APIResourceList", "groupVersion": "example.org/v1",
                    "resources": [
                        ["name": "gadgets", "kind": "Gadget", "namespaced": true],
                        ["name": "gadgets/status", "kind": "Gadget", "namespaced": true],
                        ["name": "worlds", "kind": "World", "namespaced": false],
                    ],
                ])
        }
        let client = KubernetesClient(transport: transport, behaviour: .quick)
        await #expect(throws: Fault.self) { try await client.resolve(apiVersion: "example.org/v1", kind: "World") }
        let world = try await client.resolve(apiVersion: "example.org/v1", kind: "World")
        #expect(world.path(namespace: "ignored", name: "w") == "/apis/example.org/v1/worlds/w")
        let gadget = try await client.resolve(apiVersion: "example.org/v1", kind: "Gadget")
        #expect(gadget.path(namespace: "n") == "/apis/example.org/v1/namespaces/n/gadgets")
        #expect(transport.requests.map(\.target) == ["/apis/example.org/v1", "/apis/example.org/v1"])
    }

    @Test("Whole numbers of 64 bits survive")
    func wideNumbers() async throws {
        let transport = ScriptedTransport { _, _ in
            .text(200, #"{"metadata":{"name":"a","generation":9007199254740993},"spec":{"x":-9223372036854775808}}"#)
        }
        let client = KubernetesClient(transport: transport, behaviour: .quick)
        let object = try #require(try await client.get(.node, "a"))
        #expect(object.generation == 9_007_199_254_740_993)
        #expect(object["spec", "x"] == .int(.min))
    }
}
