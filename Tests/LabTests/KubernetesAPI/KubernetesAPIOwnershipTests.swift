import Core
import Lab
import Testing

/// Deletion: preconditions, finalizers, owners, namespaces.
@Suite struct KubernetesAPIOwnershipTests {
    private func names(_ api: RunningAPI, _ path: String = APISample.configMapPath) async throws -> [String] {
        (try await api.object(path)["items"]?.array ?? []).compactMap { $0["metadata"]?["name"]?.string }
    }

    /// A config map that names others as its owners.
    private func owned(_ name: String, by owners: [JSON], blocking: Bool = false, finalizers: [String] = []) -> JSON {
        var object = APISample.configMap(name)
        object[["metadata", "ownerReferences"]] = .array(
            owners.map {
                [
                    "apiVersion": "v1", "kind": "ConfigMap", "name": $0["metadata"]?["name"] ?? "",
                    "uid": $0["metadata"]?["uid"] ?? "", "blockOwnerDeletion": .bool(blocking),
                ]
            })
        if !finalizers.isEmpty { object[["metadata", "finalizers"]] = .strings(finalizers) }
        return object
    }

    private func create(_ api: RunningAPI, _ object: JSON) async throws -> JSON {
        try await api.call("POST", APISample.configMapPath, object).json
    }

    @Test("a deletion says what is gone; preconditions hold it back")
    func preconditions() async throws {
        try await RunningAPI.with { api in
            let object = try await create(api, APISample.configMap("c"))
            let path = APISample.configMapPath + "/c"
            for condition in [["uid": "other"], ["resourceVersion": "1"]] as [JSON] {
                let refused = try await api.call("DELETE", path, ["preconditions": condition])
                #expect(refused.status == 409 && refused.json["reason"] == "Conflict")
            }
            let gone = try await api.call("DELETE", path, ["preconditions": ["uid": object["metadata"]?["uid"] ?? ""]])
            #expect(gone.json["status"] == "Success")
            #expect(
                gone.json["details"] == ["name": "c", "kind": "configmaps", "uid": object["metadata"]?["uid"] ?? ""])
            #expect(try await api.call("DELETE", path).status == 404)
        }
    }

    @Test("finalizers hold an object; none can be added on its way out")
    func finalizers() async throws {
        try await RunningAPI.with { api in
            try await api.defineWidgets()
            var object = APISample.widget("w")
            object[["metadata", "finalizers"]] = ["example.com/a", "example.com/b"]
            _ = try await api.call("POST", APISample.widgetPath, object)
            let path = APISample.widgetPath + "/w"
            let marked = try await api.call("DELETE", path).json
            #expect(marked["metadata"]?["deletionTimestamp"] != nil && marked["metadata"]?["generation"] == 2)
            #expect(
                try await api.call("DELETE", path).json["metadata"]?["deletionTimestamp"]
                    == marked["metadata"]?["deletionTimestamp"])
            func set(_ finalizers: [String]) async throws -> RunningAPI.Answer {
                try await api.call(
                    "PATCH", path, ["metadata": ["finalizers": .strings(finalizers)]],
                    type: "application/merge-patch+json")
            }
            #expect(
                try await set(["example.com/a", "example.com/c"]).causes == ["metadata.finalizers FieldValueForbidden"])
            #expect(try await set(["example.com/a"]).status == 200)
            #expect(try await api.call("GET", path).status == 200)
            #expect(try await set([]).status == 200)
            #expect(try await api.call("GET", path).status == 404)
        }
    }

    @Test("dependents go with their last owner, at any depth")
    func background() async throws {
        try await RunningAPI.with { api in
            let (one, two) = (
                try await create(api, APISample.configMap("one")), try await create(api, APISample.configMap("two"))
            )
            let child = try await create(api, owned("child", by: [one]))
            _ = try await create(api, owned("grandchild", by: [child]))
            _ = try await create(api, owned("shared", by: [one, two]))
            _ = try await api.call("DELETE", APISample.configMapPath + "/one")
            #expect(try await names(api) == ["shared", "two"])
            #expect(
                try await api.object(APISample.configMapPath + "/shared")["metadata"]?["ownerReferences"]?.array?.count
                    == 1)
            _ = try await create(api, owned("stray", by: [child]))
            #expect(try await names(api) == ["shared", "two"], "an owner that is gone takes late children with it")
            _ = try await api.call("DELETE", APISample.configMapPath + "/two")
            #expect(try await names(api) == [])
        }
    }

    @Test("foreground waits for blocking dependents, orphan leaves them")
    func propagation() async throws {
        try await RunningAPI.with { api in
            let owner = try await create(api, APISample.configMap("owner"))
            _ = try await create(api, owned("held", by: [owner], blocking: true, finalizers: ["example.com/hold"]))
            _ = try await create(api, owned("free", by: [owner]))
            let answer = try await api.call(
                "DELETE", APISample.configMapPath + "/owner", ["propagationPolicy": "Foreground"])
            #expect(answer.json["metadata"]?["finalizers"] == ["foregroundDeletion"])
            #expect(try await names(api) == ["held", "owner"])
            _ = try await api.call(
                "PATCH", APISample.configMapPath + "/held", ["metadata": ["finalizers": nil]],
                type: "application/merge-patch+json")
            #expect(try await names(api) == [])
            let parent = try await create(api, APISample.configMap("parent"))
            _ = try await create(api, owned("orphan", by: [parent]))
            _ = try await api.call("DELETE", APISample.configMapPath + "/parent?propagationPolicy=Orphan")
            #expect(try await names(api) == ["orphan"])
            #expect(try await api.object(APISample.configMapPath + "/orphan")["metadata"]?["ownerReferences"] == nil)
        }
    }

    @Test("a namespace empties before it goes, and takes nothing new meanwhile")
    func namespaces() async throws {
        try await RunningAPI.with { api in
            _ = try await api.call("POST", "/api/v1/namespaces", APISample.namespace("n"))
            let path = "/api/v1/namespaces/n/configmaps"
            var held = APISample.configMap("held", namespace: "n")
            held[["metadata", "finalizers"]] = ["example.com/hold"]
            _ = try await api.call("POST", path, held)
            _ = try await api.call("POST", path, APISample.configMap("free", namespace: "n"))
            let deletion = try await api.call("DELETE", "/api/v1/namespaces/n")
            #expect(deletion.json["status"]?["phase"] == "Terminating")
            #expect(try await names(api, path) == ["held"])
            let late = try await api.call("POST", path, APISample.configMap("late", namespace: "n"))
            #expect(late.status == 403 && late.causes == ["metadata.namespace NamespaceTerminating"])
            _ = try await api.call(
                "PATCH", path + "/held", ["metadata": ["finalizers": nil]], type: "application/merge-patch+json")
            #expect(try await api.call("GET", "/api/v1/namespaces/n").status == 404)
            #expect(try await api.call("POST", "/api/v1/namespaces", APISample.namespace("n")).status == 201)
            #expect(try await names(api, path) == [])
        }
    }

    @Test("a collection is deleted by selector")
    func collections() async throws {
        try await RunningAPI.with { api in
            for name in ["a", "b", "c"] {
                var object = APISample.configMap(name)
                object[["metadata", "labels"]] = ["go": name == "b" ? "no" : "yes"]
                _ = try await create(api, object)
            }
            let answer = try await api.call("DELETE", APISample.configMapPath + "?labelSelector=go%3Dyes")
            #expect(answer.json["items"]?.array?.count == 2)
            #expect(try await names(api) == ["b"])
        }
    }
}
