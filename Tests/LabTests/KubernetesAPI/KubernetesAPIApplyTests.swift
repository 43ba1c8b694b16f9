import Core
import Lab
import Testing

/// Server-side apply and the account of who owns what.
@Suite struct KubernetesAPIApplyTests {
    private func fields(_ object: JSON, _ manager: String) -> JSON? {
        object["metadata"]?["managedFields"]?.array?.first { $0["manager"]?.string == manager }?["fieldsV1"]
    }

    @Test("the account names leaves of applied objects, and parents too where an update made them")
    func managedFields() async throws {
        try await RunningAPI.with { api in
            var object = APISample.configMap("c")
            object[["metadata", "labels"]] = ["l": "1"]
            let applied = try await api.apply(APISample.configMapPath + "/c", object, manager: "one")
            #expect(applied.status == 201)
            #expect(
                try fields(applied.json, "one")
                    == JSON(parsing: #"{"f:data":{"f:a":{}},"f:metadata":{"f:labels":{"f:l":{}}}}"#))
            let entry = applied.json["metadata"]?["managedFields"]?[0]
            #expect(
                entry?["operation"] == "Apply" && entry?["apiVersion"] == "v1" && entry?["fieldsType"] == "FieldsV1")
            let updated = try await api.call(
                "PATCH", APISample.configMapPath + "/c?fieldManager=two", ["metadata": ["annotations": ["x": "1"]]],
                type: "application/merge-patch+json")
            #expect(
                try fields(updated.json, "two") == JSON(parsing: #"{"f:metadata":{"f:annotations":{".":{},"f:x":{}}}}"#)
            )
            let again = try await api.apply(APISample.configMapPath + "/c", object, manager: "one")
            #expect(again.json["metadata"]?["resourceVersion"] == updated.json["metadata"]?["resourceVersion"])
        }
    }

    @Test("what a manager no longer applies goes, unless another owns it")
    func dropping() async throws {
        try await RunningAPI.with { api in
            let path = APISample.configMapPath + "/c"
            _ = try await api.apply(path, APISample.configMap("c", ["a": "1", "b": "2", "c": "3"]), manager: "one")
            _ = try await api.apply(path, APISample.configMap("c", ["b": "2"]), manager: "two")
            _ = try await api.call("PATCH", path, ["data": ["free": "x"]], type: "application/merge-patch+json")
            let left = try await api.apply(path, APISample.configMap("c", ["a": "1"]), manager: "one").json
            #expect(left["data"] == ["a": "1", "b": "2", "free": "x"])
            #expect(left["metadata"]?["name"] == "c" && left["metadata"]?["uid"] != nil)
            var bare = APISample.configMap("c")
            bare["data"] = nil
            let empty = try await api.apply(path, bare, manager: "one").json
            #expect(empty["data"] == ["b": "2", "free": "x"])
            #expect(fields(empty, "one") == nil)
        }
    }

    @Test("a conflict names managers and fields; force takes the fields over")
    func conflicts() async throws {
        try await RunningAPI.with { api in
            let path = APISample.configMapPath + "/c"
            _ = try await api.apply(path, APISample.configMap("c", ["a": "1", "b": "1"]), manager: "one")
            _ = try await api.call(
                "PATCH", path + "?fieldManager=editor", ["data": ["e": "1"]], type: "application/merge-patch+json")
            let single = try await api.apply(path, APISample.configMap("c", ["a": "2"]), manager: "two")
            #expect(single.status == 409)
            #expect(single.json["message"] == "Apply failed with 1 conflict: conflict with \"one\": .data.a")
            let many = try await api.apply(
                path, APISample.configMap("c", ["a": "2", "b": "2", "e": "2"]), manager: "two")
            #expect(
                many.json["message"] == """
                    Apply failed with 3 conflicts: conflicts with "editor" using v1:
                    - .data.e
                    conflicts with "one":
                    - .data.a
                    - .data.b
                    """)
            #expect(
                many.causes == [
                    ".data.e FieldManagerConflict", ".data.a FieldManagerConflict", ".data.b FieldManagerConflict",
                ])
            let same = try await api.apply(path, APISample.configMap("c", ["a": "1"]), manager: "two")
            #expect(same.status == 200, "equal values are shared")
            let forced = try await api.apply(path, APISample.configMap("c", ["a": "3"]), manager: "three", force: true)
            #expect(forced.json["data"]?["a"] == "3")
            #expect(try fields(forced.json, "one") == JSON(parsing: #"{"f:data":{"f:b":{}}}"#))
            #expect(fields(forced.json, "two") == nil)
            let dry = try await api.apply(
                path, APISample.configMap("c", ["b": "9"]), manager: "x", force: true, query: "&dryRun=All")
            #expect(dry.json["data"]?["b"] == "9")
            #expect(try await api.object(path)["data"]?["b"] == "1")
        }
    }

    @Test("lists merge by their keys where the kind has keys, else as a whole")
    func lists() async throws {
        try await RunningAPI.with { api in
            try await api.defineWidgets()
            let path = APISample.widgetPath + "/w"
            func part(_ name: String, _ count: Int) -> JSON { ["name": .string(name), "count": .int(Int64(count))] }
            let first: JSON = ["size": 1, "parts": [part("a", 1), part("b", 1)], "tags": ["x", "y"], "steps": ["s"]]
            let one = try await api.apply(path, APISample.widget("w", first), manager: "one")
            #expect(one.status == 201, "\(one.text)")
            #expect(
                try fields(one.json, "one")?["f:spec"]
                    == JSON(
                        parsing: #"""
                            {"f:size":{},"f:steps":{},"f:tags":{"v:\"x\"":{},"v:\"y\"":{}},
                            "f:parts":{"k:{\"name\":\"a\"}":{".":{},"f:count":{},"f:name":{}},"k:{\"name\":\"b\"}":{".":{},"f:count":{},"f:name":{}}}}
                            """#))
            let second: JSON = ["parts": [part("c", 5), ["name": "a"]], "tags": ["z"]]
            let two = try await api.apply(path, APISample.widget("w", second), manager: "two")
            #expect(two.status == 200, "\(two.text)")
            #expect(two.json["spec"]?["parts"]?.array?.compactMap { $0["name"]?.string }.sorted() == ["a", "b", "c"])
            #expect(two.json["spec"]?["tags"] == ["x", "y", "z"])
            let clash = try await api.apply(
                path, APISample.widget("w", ["parts": [part("b", 7)], "steps": ["t"]]), manager: "three")
            #expect(
                clash.causes == [
                    ".spec.parts[name=\"b\"].count FieldManagerConflict", ".spec.steps FieldManagerConflict",
                ])
            let less: JSON = ["size": 1, "parts": [part("b", 1)], "tags": ["y"], "steps": ["s"]]
            let left = try await api.apply(path, APISample.widget("w", less), manager: "one").json
            #expect(left["spec"]?["parts"]?.array?.compactMap { $0["name"]?.string }.sorted() == ["a", "b", "c"])
            let dropped = try await api.apply(path, APISample.widget("w", ["tags": []]), manager: "two").json
            #expect(dropped["spec"]?["parts"]?.array?.compactMap { $0["name"]?.string } == ["b"])
            #expect(dropped["spec"]?["tags"] == ["y"])
        }
    }

    @Test(
        "a field that the schema does not declare, and a bad request, are refused",
        arguments: [
            (
                #"{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"none":1}}"#,
                "fieldManager=m", 500
            ),
            (#"{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"size":1}}"#, "", 422),
            (
                #"{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"v"},"spec":{"size":1}}"#,
                "fieldManager=m", 400
            ),
            (
                #"{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w","managedFields":[]},"spec":{"size":1}}"#,
                "fieldManager=m", 400
            ),
            (
                #"{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w","resourceVersion":"7"},"spec":{"size":1}}"#,
                "fieldManager=m", 409
            ),
            (
                #"{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"size":1,"parts":[{"name":"a"},{"name":"a"}]}}"#,
                "fieldManager=m", 500
            ),
            ("apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: 2}\n", "fieldManager=m", 201),
            ("apiVersion: [", "fieldManager=m", 400),
        ])
    func refusals(text: String, query: String, status: Int) async throws {
        try await RunningAPI.with { api in
            try await api.defineWidgets()
            let answer = try await api.call(
                "PATCH", "\(APISample.widgetPath)/w?\(query)", type: "application/apply-patch+yaml", text: text)
            #expect(answer.status == status, "\(answer.text)")
        }
    }

    @Test("status is applied by its own path and owned apart")
    func status() async throws {
        try await RunningAPI.with { api in
            try await api.defineWidgets()
            let path = APISample.widgetPath + "/w"
            var object = APISample.widget("w")
            object["status"] = ["phase": "ignored"]
            let created = try await api.apply(path, object, manager: "one").json
            #expect(created["status"] == nil)
            object["status"] = ["phase": "Up"]
            object["spec"] = ["size": 9]
            let answer = try await api.apply(path + "/status", object, manager: "one")
            #expect(answer.json["status"] == ["phase": "Up"] && answer.json["spec"]?["size"] == 1)
            let entries = answer.json["metadata"]?["managedFields"]?.array ?? []
            #expect(entries.count == 2)
            let own = entries.first { $0["subresource"] == "status" }
            #expect(own?["fieldsV1"] == ["f:status": ["f:phase": [:]]])
            #expect(
                try await api.apply(APISample.widgetPath + "/none/status", APISample.widget("none"), manager: "one")
                    .status
                    == 404)
        }
    }

    @Test("a client may hand fields over by writing the account itself")
    func handover() async throws {
        try await RunningAPI.with { api in
            let path = APISample.configMapPath + "/c"
            let created = try await api.apply(path, APISample.configMap("c"), manager: "old").json
            let patch: JSON = [
                ["op": "replace", "path": "/metadata/managedFields/0/manager", "value": "new"],
                [
                    "op": "test", "path": "/metadata/resourceVersion",
                    "value": created["metadata"]?["resourceVersion"] ?? .null,
                ],
            ]
            let answer = try await api.call(
                "PATCH", path + "?fieldManager=x", patch, type: "application/json-patch+json")
            #expect(fields(answer.json, "new") == ["f:data": ["f:a": [:]]] && fields(answer.json, "old") == nil)
            let owner = try await api.apply(path, APISample.configMap("c", ["a": "2"]), manager: "new")
            #expect(owner.status == 200)
        }
    }
}
