import Core
import Lab
import Testing

/// Creating, replacing, patching, listing.
@Suite struct KubernetesAPIObjectTests {
    @Test("the server sets what is its own, and writes follow each other by resource version")
    func lifecycle() async throws {
        try await RunningAPI.with { api in
            let created = try await api.call("POST", APISample.configMapPath, APISample.configMap("c")).json
            let metadata = created["metadata"]
            #expect(metadata?["uid"]?.string.flatMap { MachineUUID($0) } != nil)
            #expect(metadata?["creationTimestamp"]?.string.flatMap { Timestamp($0) } != nil)
            var next = created
            next["data"] = ["a": "2"]
            let replaced = try await api.call("PUT", APISample.configMapPath + "/c", next)
            #expect(replaced.status == 200)
            #expect(
                (replaced.json["metadata"]?["resourceVersion"]?.string.flatMap { Int($0) } ?? 0)
                    > (metadata?["resourceVersion"]?.string.flatMap { Int($0) } ?? 0))
            #expect(replaced.json["metadata"]?["uid"] == metadata?["uid"])
            let stale = try await api.call("PUT", APISample.configMapPath + "/c", created)
            #expect(stale.status == 409 && stale.json["reason"] == "Conflict")
            #expect(
                stale.json["message"]
                    == "Operation cannot be fulfilled on configmaps \"c\": the object has been modified; please apply your changes to the latest version and try again"
            )
            let again = try await api.call("PUT", APISample.configMapPath + "/c", replaced.json)
            #expect(again.json["metadata"]?["resourceVersion"] == replaced.json["metadata"]?["resourceVersion"])
            let twice = try await api.call("POST", APISample.configMapPath, APISample.configMap("c"))
            #expect(twice.status == 409 && twice.json["reason"] == "AlreadyExists")
            let elsewhere = try await api.call(
                "POST", "/api/v1/namespaces/none/configmaps", APISample.configMap("c", namespace: "none"))
            #expect(elsewhere.json["message"] == "namespaces \"none\" not found")
        }
    }

    @Test("generated names are new each time; a dry run leaves nothing")
    func generatedNames() async throws {
        try await RunningAPI.with { api in
            var object = APISample.configMap("")
            object["metadata"] = ["generateName": "c-"]
            let first = try await api.call("POST", APISample.configMapPath, object).json["metadata"]?["name"]?.string
            let second = try await api.call("POST", APISample.configMapPath, object).json["metadata"]?["name"]?.string
            #expect(first?.hasPrefix("c-") == true && first != second)
            let dry = try await api.call("POST", APISample.configMapPath + "?dryRun=All", APISample.configMap("d"))
            #expect(dry.status == 201)
            #expect(try await api.call("GET", APISample.configMapPath + "/d").status == 404)
            #expect(try await api.call("DELETE", APISample.configMapPath + "/\(first ?? "")?dryRun=All").status == 200)
            #expect(try await api.call("GET", APISample.configMapPath + "/\(first ?? "")").status == 200)
            #expect(
                try await api.call("POST", APISample.configMapPath + "?dryRun=Some", APISample.configMap("d")).status
                    == 400)
        }
    }

    @Test(
        "patches of each kind",
        arguments: [
            ("application/merge-patch+json", #"{"data":{"a":null,"b":"2"}}"#, #"{"b":"2","z":"0"}"#),
            ("application/merge-patch+json", #"{"data":null}"#, "null"),
            ("application/strategic-merge-patch+json", #"{"data":{"$patch":"replace","b":"2"}}"#, #"{"b":"2"}"#),
            (
                "application/json-patch+json",
                #"[{"op":"test","path":"/data/a","value":"1"},{"op":"remove","path":"/data/a"}]"#, #"{"z":"0"}"#
            ),
            (
                "application/json-patch+json", #"[{"op":"move","from":"/data/a","path":"/data/b"}]"#,
                #"{"b":"1","z":"0"}"#
            ),
            (
                "application/json-patch+json", #"[{"op":"copy","from":"/data/a","path":"/data/x~1y"}]"#,
                #"{"a":"1","x/y":"1","z":"0"}"#
            ),
        ])
    func patches(type: String, patch: String, expected: String) async throws {
        try await RunningAPI.with { api in
            _ = try await api.call("POST", APISample.configMapPath, APISample.configMap("c", ["a": "1", "z": "0"]))
            let answer = try await api.call("PATCH", APISample.configMapPath + "/c", type: type, text: patch)
            #expect(answer.status == 200 || expected.contains("x/y"), "\(answer.text)")
            if answer.status == 200 {
                #expect(
                    try await api.object(APISample.configMapPath + "/c")["data"] ?? .null == JSON(parsing: expected))
            }
        }
    }

    @Test(
        "patches that do not fit are refused and change nothing",
        arguments: [
            ("application/json-patch+json", #"[{"op":"test","path":"/data/a","value":"9"}]"#, 422),
            ("application/json-patch+json", #"[{"op":"remove","path":"/data/none"}]"#, 422),
            ("application/json-patch+json", #"[{"op":"fly","path":"/data"}]"#, 400),
            ("application/json-patch+json", #"{}"#, 400),
            ("application/merge-patch+json", #"{"metadata":{"name":"other"}}"#, 400),
            ("application/merge-patch+json", #"{"metadata":{"resourceVersion":"1"}}"#, 409),
            ("application/merge-patch+json", #"{"metadata":{"uid":"none"}}"#, 409),
            ("application/json", #"{}"#, 415), ("text/plain", #"{}"#, 415),
            ("application/apply-patch+yaml", #"{"apiVersion":"v1","kind":"ConfigMap"}"#, 422),
        ])
    func wrongPatches(type: String, patch: String, status: Int) async throws {
        try await RunningAPI.with { api in
            let before = try await api.call("POST", APISample.configMapPath, APISample.configMap("c")).json
            let answer = try await api.call("PATCH", APISample.configMapPath + "/c", type: type, text: patch)
            #expect(answer.status == status, "\(answer.text)")
            #expect(try await api.object(APISample.configMapPath + "/c") == before)
        }
    }

    @Test("a strategic patch merges keyed lists of built-in kinds and follows its directives")
    func strategic() async throws {
        try await RunningAPI.with { api in
            let path = "/apis/apps/v1/namespaces/default/deployments"
            let container: @Sendable (String) -> JSON = { ["name": .string($0), "image": "i"] }
            let deployment: JSON = [
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "d"],
                "spec": [
                    "selector": ["matchLabels": ["a": "b"]],
                    "template": [
                        "metadata": ["labels": ["a": "b"]], "spec": ["containers": [container("x"), container("y")]],
                    ],
                ],
            ]
            #expect(try await api.call("POST", path, deployment).status == 201)
            let patch =
                #"{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"y"}],"containers":[{"name":"x","$patch":"delete"},{"name":"y","image":"j"},{"name":"z","image":"k"}]}}}}"#
            let answer = try await api.call(
                "PATCH", path + "/d", type: "application/strategic-merge-patch+json", text: patch)
            let containers = answer.json["spec"]?["template"]?["spec"]?["containers"]?.array ?? []
            #expect(containers.map { $0["name"]?.string } == ["y", "z"])
            #expect(containers.map { $0["image"]?.string } == ["j", "k"])
            #expect(answer.json["metadata"]?["generation"] == 2)
        }
    }

    @Test("lists come in pages of one moment; selectors pick")
    func lists() async throws {
        try await RunningAPI.with { api in
            for index in 0..<7 {
                var object = APISample.configMap("c\(index)")
                object[["metadata", "labels"]] = ["parity": index.isMultiple(of: 2) ? "even" : "odd", "n\(index)": ""]
                _ = try await api.call("POST", APISample.configMapPath, object)
            }
            let first = try await api.object(APISample.configMapPath + "?limit=3")
            #expect(first["items"]?.array?.count == 3)
            _ = try await api.call("DELETE", APISample.configMapPath + "/c5")
            _ = try await api.call("POST", APISample.configMapPath, APISample.configMap("c51"))
            let token = first["metadata"]?["continue"]?.string ?? ""
            let second = try await api.object(APISample.configMapPath + "?limit=500&continue=\(token)")
            #expect(second["items"]?.array?.compactMap { $0["metadata"]?["name"]?.string } == ["c3", "c4", "c5", "c6"])
            #expect(second["metadata"]?["resourceVersion"] == first["metadata"]?["resourceVersion"])
            await api.api.compact()
            let expired = try await api.call("GET", APISample.configMapPath + "?limit=500&continue=\(token)")
            #expect(expired.status == 410 && expired.json["reason"] == "Expired")
            let fresh = expired.json["metadata"]?["continue"]?.string ?? ""
            let rest = try await api.object(APISample.configMapPath + "?continue=\(fresh)")
            #expect(rest["items"]?.array?.compactMap { $0["metadata"]?["name"]?.string } == ["c3", "c4", "c51", "c6"])
            for (selector, names) in [
                ("labelSelector=parity%3Deven", ["c0", "c2", "c4", "c6"]),
                ("labelSelector=parity!%3Deven,parity", ["c1", "c3"]),
                ("labelSelector=parity%20in%20(odd,none)", ["c1", "c3"]), ("labelSelector=!parity", ["c51"]),
                ("labelSelector=n3", ["c3"]), ("fieldSelector=metadata.name%3Dc4", ["c4"]),
                ("fieldSelector=metadata.name!%3Dc4,metadata.name!%3Dc51&labelSelector=!n0", ["c1", "c2", "c3", "c6"]),
            ] as [(String, [String])] {
                let found = try await api.object(APISample.configMapPath + "?" + selector)["items"]?.array ?? []
                #expect(found.compactMap { $0["metadata"]?["name"]?.string } == names, "\(selector)")
            }
        }
    }

    @Test("built-in kinds: secrets, services, namespaces, events under two names")
    func builtInKinds() async throws {
        try await RunningAPI.with { api in
            let secret: JSON = [
                "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "s"], "stringData": ["k": "v"],
            ]
            let stored = try await api.call("POST", "/api/v1/namespaces/default/secrets", secret).json
            #expect(stored["data"] == ["k": "dg=="] && stored["type"] == "Opaque" && stored["stringData"] == nil)
            let service: JSON = [
                "apiVersion": "v1", "kind": "Service", "metadata": ["name": "w"], "spec": ["ports": [["port": 80]]],
            ]
            let spec = try await api.call("POST", "/api/v1/namespaces/default/services", service).json["spec"]
            #expect(spec?["clusterIP"]?.string?.hasPrefix("10.") == true)
            #expect(spec?["ports"] == [["port": 80, "protocol": "TCP", "targetPort": 80]])
            let namespace = try await api.call("POST", "/api/v1/namespaces", APISample.namespace("n")).json
            #expect(namespace["status"]?["phase"] == "Active")
            #expect(namespace["metadata"]?["labels"]?["kubernetes.io/metadata.name"] == "n")
            let event: JSON = [
                "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": ["name": "e"], "reason": "R",
                "type": "Normal",
                "note": "text", "regarding": ["kind": "Pod", "name": "p"], "reportingController": "c", "action": "a",
                "eventTime": "2026-01-01T00:00:00.000000Z", "reportingInstance": "i",
            ]
            let written = try await api.call("POST", "/apis/events.k8s.io/v1/namespaces/default/events", event)
            #expect(written.json["note"] == "text" && written.json["apiVersion"] == "events.k8s.io/v1")
            let core = try await api.object("/api/v1/namespaces/default/events/e")
            #expect(core["message"] == "text" && core["involvedObject"]?["name"] == "p" && core["apiVersion"] == "v1")
            let table = try await api.call(
                "GET", "/api/v1/nodes", options: ["-H", "Accept: application/json;as=Table;v=v1;g=meta.k8s.io"])
            #expect(table.json["kind"] == "Table" && table.json["rows"] == [])
        }
    }
}
