import Core
import Lab
import Testing

/// CRDs and the objects they define.
@Suite struct KubernetesAPIResourceDefinitionTests {
    @Test("a CRD is accepted, established, served, and taken back with its objects")
    func lifecycle() async throws {
        try await RunningAPI.with { api in
            let created = try await api.call("POST", APISample.crds, APISample.widgets())
            #expect(created.status == 201)
            let crd = try await api.object(APISample.crds + "/widgets.example.com")
            let conditions = crd["status"]?["conditions"]?.array ?? []
            #expect(conditions.map { $0["type"]?.string } == ["NamesAccepted", "Established"])
            #expect(conditions.allSatisfy { $0["status"] == "True" })
            #expect(crd["status"]?["storedVersions"] == ["v1"] && crd["spec"]?["names"]?["listKind"] == "WidgetList")
            var held = APISample.widget("held")
            held[["metadata", "finalizers"]] = ["example.com/hold"]
            _ = try await api.call("POST", APISample.widgetPath, held)
            _ = try await api.call("POST", APISample.widgetPath, APISample.widget("free"))
            let deletion = try await api.call("DELETE", APISample.crds + "/widgets.example.com")
            #expect(deletion.json["metadata"]?["deletionTimestamp"] != nil)
            #expect(try await api.object(APISample.widgetPath)["items"]?.array?.count == 1)
            _ = try await api.call(
                "PATCH", APISample.widgetPath + "/held", ["metadata": ["finalizers": nil]],
                type: "application/merge-patch+json")
            #expect(try await api.call("GET", APISample.crds + "/widgets.example.com").status == 404)
            #expect(try await api.call("GET", APISample.widgetPath).status == 404)
        }
    }

    @Test("CRDs that break the rules are refused with all causes")
    func invalidDefinitions() async throws {
        try await RunningAPI.with { api in
            var crd = APISample.widgets()
            crd[["metadata", "name"]] = "gadgets.example.com"
            crd[["spec", "scope"]] = "Galaxy"
            crd[["spec", "versions"]] = [
                [
                    "name": "v1", "served": true, "storage": false,
                    "schema": [
                        "openAPIV3Schema": ["type": "object", "properties": ["a": ["type": "string", "pattern": "("]]]
                    ],
                ]
            ]
            let answer = try await api.call("POST", APISample.crds, crd)
            #expect(answer.status == 422)
            #expect(
                Set(answer.causes) == [
                    "metadata.name FieldValueInvalid", "spec.scope FieldValueNotSupported",
                    "spec.versions FieldValueInvalid",
                    "spec.versions[0].schema.openAPIV3Schema.properties[a].pattern FieldValueInvalid",
                ])
        }
    }

    @Test("names that are taken leave a CRD unaccepted")
    func nameConflict() async throws {
        try await RunningAPI.with { api in
            try await api.defineWidgets()
            var rival = APISample.widgets()
            rival[["metadata", "name"]] = "widgetz.example.com"
            rival[["spec", "names", "plural"]] = "widgetz"
            _ = try await api.call("POST", APISample.crds, rival)
            let conditions = try await api.object(APISample.crds + "/widgetz.example.com")["status"]?["conditions"]?
                .array
            #expect(conditions?.map { $0["status"]?.string } == ["False", "False"])
            #expect(try await api.call("GET", "/apis/example.com/v1/widgetz").status == 404)
        }
    }

    @Test("objects are pruned and defaulted")
    func normalization() async throws {
        try await RunningAPI.with { api in
            try await api.defineWidgets()
            let spec: JSON = [
                "size": 2, "unknown": 1, "free": ["any": ["thing": 1]], "notes": ["a": "b"],
                "parts": [["name": "a", "alien": true], ["name": "b", "count": 4]],
            ]
            let answer = try await api.call("POST", APISample.widgetPath, APISample.widget("w", spec))
            #expect(answer.status == 201, "\(answer.text)")
            #expect(
                answer.json["spec"] == [
                    "size": 2, "color": "red", "free": ["any": ["thing": 1]], "notes": ["a": "b"],
                    "parts": [["name": "a", "count": 1], ["name": "b", "count": 4]],
                ])
            #expect(
                answer.headers.contains("299 - ") && answer.headers.contains("unknown field spec.unknown"),
                "\(answer.headers)")
            let strict = try await api.call(
                "POST", APISample.widgetPath + "?fieldValidation=Strict", APISample.widget("x", spec))
            #expect(strict.status == 400)
            #expect(
                strict.json["message"]?.string?.contains(
                    #"unknown field "spec.parts[0].alien", unknown field "spec.unknown""#) == true)
        }
    }

    @Test(
        "objects that break the schema are refused with the field",
        arguments: [
            (#"{}"#, "spec.size FieldValueRequired"), (#"{"size":"1"}"#, "spec.size FieldValueTypeInvalid"),
            (#"{"size":0}"#, "spec.size FieldValueInvalid"), (#"{"size":11}"#, "spec.size FieldValueInvalid"),
            (#"{"size":1.5}"#, "spec.size FieldValueTypeInvalid"),
            (#"{"size":1,"color":"green"}"#, "spec.color FieldValueNotSupported"),
            (#"{"size":1,"code":"AB1"}"#, "spec.code FieldValueInvalid"),
            (#"{"size":1,"code":"ab1234567"}"#, "spec.code FieldValueTooLong"),
            (#"{"size":1,"port":true}"#, "spec.port FieldValueTypeInvalid"),
            (#"{"size":1,"notes":{"a":1}}"#, "spec.notes[a] FieldValueTypeInvalid"),
            (#"{"size":1,"parts":[{"count":1}]}"#, "spec.parts[0].name FieldValueRequired"),
            (#"{"size":1,"parts":[{"name":"a"},{"name":"a"}]}"#, "spec.parts[1] FieldValueDuplicate"),
            (#"{"size":1,"tags":["a","a"]}"#, "spec.tags[1] FieldValueDuplicate"),
            (#"{"size":null}"#, "spec.size FieldValueTypeInvalid"),
        ])
    func validation(spec: String, cause: String) async throws {
        try await RunningAPI.with { api in
            try await api.defineWidgets()
            let answer = try await api.call(
                "POST", APISample.widgetPath, APISample.widget("w", try JSON(parsing: spec)))
            #expect(answer.status == 422)
            #expect(answer.causes == [cause], "\(answer.text)")
            #expect(answer.json["message"]?.string?.hasPrefix("Widget.example.com \"w\" is invalid: spec") == true)
        }
    }

    @Test("status and spec are written apart, and only the spec counts generations")
    func statusSubresource() async throws {
        try await RunningAPI.with { api in
            try await api.defineWidgets()
            let path = APISample.widgetPath + "/w"
            var object = APISample.widget("w")
            object["status"] = ["phase": "New"]
            let created = try await api.call("POST", APISample.widgetPath, object).json
            #expect(created["status"] == nil && created["metadata"]?["generation"] == 1)
            func patch(_ suffix: String, _ patch: JSON) async throws -> JSON {
                try await api.call("PATCH", path + suffix, patch, type: "application/merge-patch+json").json
            }
            let both: JSON = ["spec": ["size": 5], "status": ["phase": "Up"]]
            let status = try await patch("/status", both)
            #expect(status["status"] == ["phase": "Up"] && status["spec"]?["size"] == 1)
            #expect(status["metadata"]?["generation"] == 1)
            let spec = try await patch("", ["spec": ["size": 5], "status": ["phase": "Down"]])
            #expect(spec["status"] == ["phase": "Up"] && spec["metadata"]?["generation"] == 2)
            let label = try await patch("", ["metadata": ["labels": ["a": "b"]]])
            #expect(label["metadata"]?["generation"] == 2)
            var unversioned = label
            unversioned[["metadata", "resourceVersion"]] = nil
            #expect(try await api.call("PUT", path, unversioned).status == 422)
            let replaced = try await api.call("PUT", path + "/status", label)
            #expect(replaced.status == 200)
            #expect(try await api.call("GET", path + "/status").json["status"]?["phase"] == "Up")
        }
    }

    @Test("an object is seen in every served version, and kept in one")
    func versions() async throws {
        try await RunningAPI.with { api in
            let outcome = try await api.kubectl(["apply", "--server-side", "-f", "\(ReleaseData.release)/fluxcd.yaml"])
            #expect(outcome.isSuccess, "\(outcome.errors)")
            let alert: JSON = [
                "apiVersion": "notification.toolkit.fluxcd.io/v1beta2", "kind": "Alert", "metadata": ["name": "a"],
                "spec": ["providerRef": ["name": "p"], "eventSources": [["kind": "HelmRelease", "name": "*"]]],
            ]
            let base = "/apis/notification.toolkit.fluxcd.io"
            let old = try await api.call("POST", base + "/v1beta2/namespaces/default/alerts", alert)
            #expect(old.json["apiVersion"] == "notification.toolkit.fluxcd.io/v1beta2")
            #expect(old.headers.lowercased().contains("warning: 299"))
            let new = try await api.object(base + "/v1beta3/namespaces/default/alerts/a")
            #expect(new["apiVersion"] == "notification.toolkit.fluxcd.io/v1beta3")
            #expect(new["metadata"]?["resourceVersion"] == old.json["metadata"]?["resourceVersion"])
            let release: JSON = [
                "apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", "metadata": ["name": "r"],
                "spec": ["interval": "five minutes"],
            ]
            let invalid = try await api.call(
                "POST", "/apis/helm.toolkit.fluxcd.io/v2/namespaces/default/helmreleases", release)
            #expect(invalid.causes == ["spec.interval FieldValueInvalid"], "\(invalid.text)")
        }
    }
}
