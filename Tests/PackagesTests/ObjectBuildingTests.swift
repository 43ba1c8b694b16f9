import Core
import Embedded
import Kubernetes
import Packages
import Testing

@Suite struct ObjectBuildingTests {
    private let release: Release

    init() throws {
        release = try Release.load(embedded: Embedded())
    }

    private func json(_ text: String) throws -> JSON { try JSON(parsing: text) }

    private func source(
        path: JSON? = "/", kind: String = "OCIRepository", variants: JSON, annotations: JSON = [:]
    ) -> PackageSource {
        PackageSource([
            "metadata": ["name": "cozystack.demo", "annotations": annotations],
            "spec": .fields([
                "sourceRef": .fields([
                    "kind": .string(kind), "name": "charts", "namespace": "cozy-system", "path": path,
                ]),
                "variants": variants,
            ]),
        ])
    }

    @Test("An ArtifactGenerator copies the chart, its libraries, then its values files")
    func generator() throws {
        let source = source(variants: [
            [
                "name": "a.b", "libraries": [["path": "library/lib-a"], ["name": "renamed", "path": "library/lib-b"]],
                "components": [
                    [
                        "name": "web.app", "path": "system/web", "libraries": ["lib-a", "renamed", "unknown"],
                        "valuesFiles": ["values.yaml", "values-b.yaml", "values-c.yaml"],
                    ]
                ],
            ]
        ])
        let expected = try json(
            """
            {"apiVersion": "source.extensions.fluxcd.io/v1beta1", "kind": "ArtifactGenerator",
             "metadata": {"name": "cozystack.demo", "namespace": "cozy-system",
               "labels": {"cozystack.io/packagesource": "cozystack.demo"},
               "ownerReferences": [{"apiVersion": "cozystack.io/v1alpha1", "kind": "PackageSource",
                 "name": "cozystack.demo", "uid": "u1", "controller": true}]},
             "spec": {
               "sources": [{"alias": "charts", "kind": "OCIRepository", "name": "charts", "namespace": "cozy-system"}],
               "artifacts": [{"name": "cozystack-demo-a-b-web-app", "copy": [
                 {"from": "@charts/system/web/**", "to": "@artifact/web/"},
                 {"from": "@charts/library/lib-a/**", "to": "@artifact/web/charts/lib-a/"},
                 {"from": "@charts/library/lib-b/**", "to": "@artifact/web/charts/renamed/"},
                 {"from": "@charts/system/web/values.yaml", "to": "@artifact/web/values.yaml", "strategy": "Overwrite"},
                 {"from": "@charts/system/web/values-b.yaml", "to": "@artifact/web/values.yaml", "strategy": "Merge"},
                 {"from": "@charts/system/web/values-c.yaml", "to": "@artifact/web/values.yaml", "strategy": "Merge"}
               ]}]}}
            """)
        #expect(source.artifactGenerator(uid: "u1")?.json == expected)
    }

    @Test(
        "The base path: explicit without its slashes, else root for OCI and packages for Git",
        arguments: [
            ("OCIRepository", JSON?.none, "@charts/system/web/**"),
            ("OCIRepository", "/", "@charts/system/web/**"),
            ("OCIRepository", "/deep/er/", "@charts/deep/er/system/web/**"),
            ("GitRepository", nil, "@charts/packages/system/web/**"),
            ("GitRepository", "", "@charts/packages/system/web/**"),
            ("GitRepository", "/", "@charts/system/web/**"),
        ])
    func basePath(kind: String, path: JSON?, from: String) {
        let source = source(
            path: path, kind: kind,
            variants: [["name": "default", "components": [["name": "web", "path": "system/web"]]]])
        let copy = source.artifactGenerator(uid: "u")?["spec", "artifacts"]?[0]?["copy"]?[0]
        #expect(copy?["from"] == .string(from))
    }

    @Test("Components without a path or with one that ends in a slash have no artifact; without any, no generator")
    func noArtifact() {
        let source = source(variants: [
            ["name": "default", "components": [["name": "a", "path": ""], ["name": "b", "path": "system/b/"]]],
            ["name": "noop"],
        ])
        #expect(source.artifactGenerator(uid: "u") == nil)
        var unset = source
        unset.sourceRef = nil
        #expect(unset.artifactGenerator(uid: "u") == nil)
    }

    @Test("All upstream sources together: 99 generators with 207 artifacts, named as upstream names them")
    func allGenerators() throws {
        let sources = release.packageSources + [release.catalogue.platformSource]
        let generators = sources.compactMap { $0.artifactGenerator(uid: "u") }
        #expect(generators.count == 99)
        let names = generators.flatMap { ($0["spec", "artifacts"]?.array ?? []).map { $0.text("name") } }
        #expect(names.count == 207)
        let facts = try SharedData.packageSources().flatMap { source in
            source.list("variants").flatMap { $0.list("components").map { $0.text("artifactName") } }
        }
        #expect(Set(names) == Set(facts))
        #expect(names.allSatisfy { $0.utf8.count <= 81 })
    }

    @Test(
        "Every HelmRelease of every source and variant follows the rules of the operator",
        arguments: [false, true])
    func allReleases(withValues: Bool) throws {
        for source in release.packageSources + [release.catalogue.platformSource] {
            for variant in source.variants {
                try check(source, variant, values: withValues ? ["key": ["nested": 1]] : nil)
            }
        }
    }

    private func check(_ source: PackageSource, _ variant: PackageSource.Variant, values: JSON?) throws {
        var package = Package(name: source.name, variant: variant.name, ignoreDependencies: variant.dependsOn)
        if let values {
            for component in variant.components { package.components[component.name] = .init(values: values) }
        }
        let world = PackageWorld(sources: [source], packages: [package])
        let releases = try world.helmReleases(of: source.name, uid: "u1")
        let installable = variant.components.filter { $0.install != nil }
        #expect(releases.count == installable.count)
        for (release, component) in zip(releases, installable) {
            let install = try #require(component.install)
            #expect(release.name == install.releaseName)
            #expect(release.namespace == install.namespace)
            #expect(release.apiVersion == "helm.toolkit.fluxcd.io/v2")
            #expect(release.kind == "HelmRelease")
            var labels = ["cozystack.io/package": source.name]
            if install.privileged { labels["cozystack.io/privileged"] = "true" }
            #expect(release.labels == labels)
            let files = component.valuesFiles.joined(separator: ",")
            #expect(release.annotations == (files.isEmpty ? [:] : ["cozyhr.cozystack.io/values-files": files]))
            #expect(
                release.ownerReferences.map(\.json) == [
                    [
                        "apiVersion": "cozystack.io/v1alpha1", "kind": "Package", "name": .string(source.name),
                        "uid": "u1", "controller": true,
                    ]
                ])
            #expect(release.spec == spec(source, variant, component, install, values))
        }
    }

    private func spec(
        _ source: PackageSource, _ variant: PackageSource.Variant, _ component: PackageSource.Component,
        _ install: PackageSource.Install, _ values: JSON?
    ) -> JSON {
        let strategy: JSON = ["name": "RetryOnFailure", "retryInterval": "30s"]
        var spec: JSON = [
            "interval": "5m0s", "maxHistory": 5,
            "chartRef": [
                "kind": "ExternalArtifact", "name": .string(source.artifactName(variant, component)),
                "namespace": "cozy-system",
            ],
            "install": ["timeout": "10m0s", "strategy": strategy],
            "upgrade": ["timeout": "10m0s", "strategy": strategy],
        ]
        if !install.upgradeCRDs.isEmpty { spec[["upgrade", "crds"]] = .string(install.upgradeCRDs) }
        if !source.skipsClusterValues { spec["valuesFrom"] = [["kind": "Secret", "name": "cozystack-values"]] }
        spec["values"] = values
        let dependsOn = install.dependsOn.compactMap { name in
            variant.components.first { $0.name == name }.map { component -> JSON in
                ["name": .string(component.releaseName), "namespace": .string(component.install?.namespace ?? "")]
            }
        }
        if !dependsOn.isEmpty { spec["dependsOn"] = .array(dependsOn) }
        return spec
    }

    @Test("Health checks bring the poller; a wait strategy of its own wins")
    func waitStrategy() throws {
        let check: JSON = ["apiVersion": "v1", "kind": "Pod", "current": "true"]
        func release(_ install: JSON) throws -> KubernetesObject? {
            let source = source(variants: [
                ["name": "default", "components": [["name": "web", "path": "system/web", "install": install]]]
            ])
            let world = PackageWorld(sources: [source], packages: [Package(name: source.name)])
            return try world.helmReleases(of: source.name, uid: "u").first
        }
        let expressions = try release(["namespace": "n", "healthCheckExprs": [check]])
        #expect(expressions?["spec", "waitStrategy"] == ["name": "poller"])
        #expect(expressions?["spec", "healthCheckExprs"] == [check])
        let legacy = try release(["namespace": "n", "waitStrategy": "legacy", "healthCheckExprs": [check]])
        #expect(legacy?["spec", "waitStrategy"] == ["name": "legacy"])
        #expect(try release(["namespace": "n"])?["spec", "waitStrategy"] == nil)
    }

    @Test(
        "Only the exact annotation keeps the cluster's values away",
        arguments: [("true", false), ("True", true), ("", true)])
    func valuesFrom(annotation: String, isThere: Bool) throws {
        let source = source(
            variants: [
                ["name": "default", "components": [["name": "web", "path": "p/web", "install": ["namespace": "n"]]]]
            ], annotations: ["operator.cozystack.io/skip-cozystack-values": .string(annotation)])
        let world = PackageWorld(sources: [source], packages: [Package(name: source.name)])
        let release = try #require(try world.helmReleases(of: source.name, uid: "u").first)
        #expect((release["spec", "valuesFrom"] != nil) == isThere)
        #expect(release.name == "web", "without a release name, the component's name")
    }

    @Test(
        "Durations are written as Go writes them", arguments: [(0, "0s"), (30, "30s"), (300, "5m0s"), (3661, "1h1m1s")])
    func durations(seconds: Int, text: String) {
        #expect(Duration.seconds(seconds).goText == text)
    }

    @Test("Namespaces: privileged if any Package needs it, no system label for tenants")
    func namespaces() {
        let privileged = source(variants: [
            [
                "name": "default",
                "components": [
                    ["name": "a", "path": "p/a", "install": ["namespace": "shared", "privileged": true]],
                    ["name": "b", "path": "p/b", "install": ["namespace": "plain"]],
                ],
            ]
        ])
        var world = PackageWorld(sources: [privileged], packages: [Package(name: privileged.name)])
        #expect(
            world.namespace("shared").json == [
                "apiVersion": "v1", "kind": "Namespace",
                "metadata": [
                    "name": "shared", "annotations": ["helm.sh/resource-policy": "keep"],
                    "labels": ["cozystack.io/system": "true", "pod-security.kubernetes.io/enforce": "privileged"],
                ],
            ])
        #expect(world.namespace("plain").labels == ["cozystack.io/system": "true"])
        #expect(world.namespace("tenant-a").labels == [:])
        world.packages[privileged.name]?.components["a"] = .init(enabled: false)
        #expect(world.namespace("shared").labels == ["cozystack.io/system": "true"])
        world.packages[privileged.name]?.components = [:]
        world.packages[privileged.name]?.variant = "gone"
        #expect(world.namespace("shared").labels == ["cozystack.io/system": "true"])
    }

    @Test("An update keeps foreign labels, annotations and the suspension, and replaces everything else")
    func update() throws {
        let source = source(variants: [
            ["name": "default", "components": [["name": "web", "path": "p/web", "install": ["namespace": "n"]]]]
        ])
        let world = PackageWorld(sources: [source], packages: [Package(name: source.name)])
        let desired = try #require(try world.helmReleases(of: source.name, uid: "u").first)
        var live = desired
        live["metadata", "resourceVersion"] = "7"
        live["metadata", "managedFields"] = []
        live["status"] = ["conditions": []]
        #expect(live.updated(to: desired) == live, "nothing to do")
        var changed = live
        changed.labels = ["team": "a", "cozystack.io/package": "other"]
        changed.annotations = ["note": "x"]
        changed.ownerReferences = []
        changed["spec", "suspend"] = true
        changed["spec", "interval"] = "1h"
        changed["spec", "timeout"] = "1m"
        let updated = changed.updated(to: desired)
        #expect(updated.labels == ["team": "a", "cozystack.io/package": source.name])
        #expect(updated.annotations == ["note": "x"])
        #expect(updated.ownerReferences == desired.ownerReferences)
        #expect(updated["spec", "suspend"] == true)
        #expect(updated["spec", "interval"] == "5m0s")
        #expect(updated["spec", "timeout"] == nil)
        #expect(updated.resourceVersion == "7")
        #expect(updated.status == live.status)
    }
}
