import Core
import Lab
import Testing

/// The real `kubectl`, oldest and newest of the machine, as the peer.
@Suite(.serialized) struct KubernetesAPIKubectlTests {
    @Test(
        "the real Flux manifest and CRDs apply server-side, twice, and the second time changes nothing",
        arguments: RunningAPI.kubectls)
    func fluxManifest(kubectl: String) async throws {
        try await RunningAPI.with { api in
            try #require(FileStore.exists(ReleaseData.release), "the release data is missing at \(ReleaseData.release)")
            for file in ["crds", "fluxcd.yaml", "sources"] {
                let outcome = try await api.kubectl(
                    ["apply", "--server-side", "-f", "\(ReleaseData.release)/\(file)"], binary: kubectl)
                #expect(outcome.isSuccess, "\(outcome.errors)")
            }
            let before = try await api.object("/api/v1/namespaces")["metadata"]?["resourceVersion"]
            for file in ["crds", "fluxcd.yaml", "sources"] {
                let outcome = try await api.kubectl(
                    ["apply", "--server-side", "-f", "\(ReleaseData.release)/\(file)"], binary: kubectl)
                #expect(outcome.isSuccess, "\(outcome.errors)")
            }
            let after = try await api.object("/api/v1/namespaces")["metadata"]?["resourceVersion"]
            #expect(before == after)
            let diff = try await api.kubectl(
                ["diff", "--server-side", "-f", "\(ReleaseData.release)/fluxcd.yaml"], binary: kubectl)
            #expect(diff.isSuccess, "\(diff.output)\(diff.errors)")
            let established = try await api.kubectl(
                ["wait", "--for=condition=Established", "crd", "--all", "--timeout=10s"], binary: kubectl)
            #expect(established.lines.count == 17)
            let sources = try await api.kubectl(["get", "pks", "--no-headers"], binary: kubectl)
            #expect(sources.lines.count == 99 || sources.lines.count == 98, "\(sources.lines.count)")
        }
    }

    @Test("get shows the columns of built-in kinds and of CRDs", arguments: RunningAPI.kubectls)
    func tables(kubectl: String) async throws {
        try await RunningAPI.with { api in
            for file in ["crds", "fluxcd.yaml"] {
                _ = try await api.kubectl(
                    ["apply", "--server-side", "-f", "\(ReleaseData.release)/\(file)"], binary: kubectl)
            }
            let deployment = try await api.kubectl(["get", "deploy", "-A", "-o", "wide"], binary: kubectl)
            #expect(
                deployment.lines.first?.split(separator: " ").map(String.init) == [
                    "NAMESPACE", "NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE", "CONTAINERS", "IMAGES", "SELECTOR",
                ])
            #expect(deployment.output.contains("cozy-fluxcd   flux   0/1     0            0"))
            _ = try await api.apply("/apis/cozystack.io/v1alpha1/packages/x", APISample.package("x"), manager: "t")
            _ = try await api.call(
                "PATCH", "/apis/cozystack.io/v1alpha1/packages/x/status",
                ["status": ["conditions": [APISample.condition("Ready", "True", "All is well")]]],
                type: "application/merge-patch+json")
            let packages = try await api.kubectl(["get", "pkg"], binary: kubectl)
            #expect(
                packages.lines.map { $0.split(separator: " ").map(String.init) } == [
                    ["NAME", "VARIANT", "READY", "STATUS"], ["x", "default", "True", "All", "is", "well"],
                ])
            let crds = try await api.kubectl(["get", "crd", "packages.cozystack.io"], binary: kubectl)
            #expect(crds.output.contains("CREATED AT"))
            let yaml = try await api.kubectl(["get", "pkg", "x", "-o", "yaml"], binary: kubectl)
            #expect(yaml.output.contains("message: All is well") && !yaml.output.contains("managedFields"))
            let all = try await api.kubectl(["get", "all", "-A"], binary: kubectl)
            #expect(all.output.contains("deployment.apps/flux") && all.output.contains("service/kubernetes"))
            let resources = try await api.kubectl(
                ["api-resources", "--api-group=helm.toolkit.fluxcd.io"], binary: kubectl)
            #expect(
                resources.lines.last?.split(separator: " ").map(String.init) == [
                    "helmreleases", "hr", "helm.toolkit.fluxcd.io/v2", "true", "HelmRelease",
                ])
        }
    }

    @Test("create, label, annotate, patch, describe and delete", arguments: RunningAPI.kubectls)
    func everydayCommands(kubectl: String) async throws {
        try await RunningAPI.with { api in
            let commands: [([String], String)] = [
                (["create", "namespace", "shop"], "namespace/shop created"),
                (["create", "configmap", "c", "-n", "shop", "--from-literal=a=1"], "configmap/c created"),
                (["create", "secret", "generic", "s", "-n", "shop", "--from-literal=k=v"], "secret/s created"),
                (["create", "serviceaccount", "sa", "-n", "shop"], "serviceaccount/sa created"),
                (
                    ["create", "role", "r", "-n", "shop", "--verb=get", "--resource=pods"],
                    "role.rbac.authorization.k8s.io/r created"
                ),
                (["create", "deployment", "d", "-n", "shop", "--image=i", "--port=80"], "deployment.apps/d created"),
                (["label", "configmap", "c", "-n", "shop", "tier=web"], "configmap/c labeled"),
                (["patch", "configmap", "c", "-n", "shop", "-p", #"{"data":{"b":"2"}}"#], "configmap/c patched"),
                (
                    ["patch", "configmap", "c", "-n", "shop", "--type=merge", "-p", #"{"data":{"a":null}}"#],
                    "configmap/c patched"
                ),
                (
                    [
                        "patch", "configmap", "c", "-n", "shop", "--type=json", "-p",
                        #"[{"op":"add","path":"/data/c","value":"3"}]"#,
                    ],
                    "configmap/c patched"
                ),
                (["get", "configmap", "-n", "shop", "-l", "tier=web", "-o", "name"], "configmap/c"),
                (["get", "configmap", "c", "-n", "shop", "-o", "jsonpath={.data}"], #"{"b":"2","c":"3"}"#),
                (["get", "secret", "s", "-n", "shop", "-o", "jsonpath={.data.k}"], "dg=="),
                (["auth", "can-i", "create", "pods"], "yes"),
                (["delete", "configmap", "c", "-n", "shop"], #"configmap "c" deleted"#),
                (["get", "--raw", "/readyz"], "ok"),
            ]
            for (arguments, expected) in commands {
                let outcome = try await api.kubectl(arguments, binary: kubectl)
                #expect(outcome.output.hasPrefix(expected), "\(arguments): \(outcome.output)\(outcome.errors)")
            }
            #expect(try await api.kubectl(["annotate", "ns", "shop", "a=b"], binary: kubectl).isSuccess)
            for kind in ["ns shop", "secret s -n shop", "deploy d -n shop", "svc kubernetes", "node"] {
                let outcome = try await api.kubectl(
                    ["describe"] + kind.split(separator: " ").map(String.init), binary: kubectl)
                #expect(outcome.isSuccess, "\(kind): \(outcome.errors)")
            }
            let missing = try await api.kubectl(["get", "configmap", "c", "-n", "shop"], binary: kubectl)
            #expect(missing.errors == "Error from server (NotFound): configmaps \"c\" not found\n")
            let gone = try await api.kubectl(["delete", "namespace", "shop", "--timeout=10s"], binary: kubectl)
            #expect(gone.isSuccess, "\(gone.errors)")
            let rest = try await api.kubectl(["get", "deploy,secret,sa,role", "-A", "--no-headers"], binary: kubectl)
            #expect(rest.lines.isEmpty, "\(rest.output)")
        }
    }

    @Test(
        "client-side apply creates, changes, drops, and hands over to server-side apply", arguments: RunningAPI.kubectls
    )
    func clientSideApply(kubectl: String) async throws {
        try await RunningAPI.with { api in
            func apply(_ data: String, _ flags: String...) async throws -> APICommand.Outcome {
                let manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: \(data)\n"
                return try await api.kubectl(["apply", "-f", "-"] + flags, binary: kubectl, input: manifest)
            }
            #expect(try await apply("{a: '1', b: '2'}").output == "configmap/c created\n")
            #expect(try await apply("{a: '1'}").output == "configmap/c configured\n")
            #expect(try await apply("{a: '1'}").output == "configmap/c unchanged\n")
            let path = "/api/v1/namespaces/default/configmaps/c"
            #expect(try await api.object(path)["data"] == ["a": "1"])
            let conflict = try await apply("{a: '9'}", "--server-side", "--field-manager=other")
            #expect(
                conflict.errors.contains("conflict with \"kubectl-client-side-apply\" using v1: .data.a"),
                "\(conflict.errors)")
            let forced = try await apply("{a: '9'}", "--server-side", "--field-manager=other", "--force-conflicts")
            #expect(forced.output == "configmap/c serverside-applied\n")
            #expect(try await api.object(path)["data"] == ["a": "9"])
        }
    }

    @Test("wait sees conditions and deletions come, get -w sees changes", arguments: RunningAPI.kubectls)
    func waiting(kubectl: String) async throws {
        try await RunningAPI.with { api in
            _ = try await api.kubectl(["apply", "--server-side", "-f", "\(ReleaseData.release)/crds"], binary: kubectl)
            let path = "/apis/cozystack.io/v1alpha1/packages/x"
            _ = try await api.apply(path, APISample.package("x"), manager: "t")
            async let ready = api.kubectl(["wait", "--for=condition=Ready", "pkg/x", "--timeout=30s"], binary: kubectl)
            async let watched = api.kubectl(
                ["get", "pkg", "-w", "--no-headers", "--request-timeout=4s"], binary: kubectl)
            try await api.log.eventually { $0.count { $0.call == "WATCH /apis/cozystack.io/v1alpha1/packages" } == 2 }
            let status: JSON = ["status": ["conditions": [APISample.condition("Ready", "True", "ok")]]]
            _ = try await api.call("PATCH", path + "/status", status, type: "application/merge-patch+json")
            #expect(try await ready.output == "package.cozystack.io/x condition met\n")
            let lines = try await watched
            #expect(
                lines.lines.map { $0.split(separator: " ").map(String.init) } == [
                    ["x", "default"], ["x", "default", "True", "ok"],
                ])
            async let deleted = api.kubectl(["wait", "--for=delete", "pkg/x", "--timeout=30s"], binary: kubectl)
            try await api.log.eventually { $0.count { $0.call == "WATCH /apis/cozystack.io/v1alpha1/packages" } == 3 }
            _ = try await api.kubectl(["delete", "pkg", "x"], binary: kubectl)
            #expect(try await deleted.isSuccess)
        }
    }
}
