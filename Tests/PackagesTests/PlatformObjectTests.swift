import Core
import Embedded
import Kubernetes
import Packages
import Testing
import YAML

@Suite struct PlatformObjectTests {
    private let release: Release

    init() throws {
        release = try Release.load(embedded: Embedded())
    }

    @Test("The platform's own objects are those that upstream's operator makes")
    func platform() throws {
        let source = PlatformObjects.source(release.source)
        #expect(
            source.json == [
                "apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "OCIRepository",
                "metadata": ["name": "cozystack-platform", "namespace": "cozy-system"],
                "spec": [
                    "interval": "5m0s", "url": .string(release.source.url),
                    "ref": ["digest": .string(release.source.digest)],
                ],
            ])
        #expect(PlatformObjects.source(release.source, insecure: true)["spec", "insecure"] == true)
        let packageSource = PlatformObjects.packageSource(release.catalogue.platformSource)
        #expect(packageSource.name == PlatformObjects.packageName)
        #expect(packageSource.annotations == ["operator.cozystack.io/skip-cozystack-values": "true"])
        #expect(
            packageSource["spec", "variants"]?[1] == [
                "name": "isp-full",
                "components": [
                    [
                        "name": "platform", "path": "core/platform",
                        "valuesFiles": ["values.yaml", "values-isp-full.yaml"],
                        "install": ["namespace": "cozy-system", "releaseName": "cozystack-platform"],
                    ]
                ],
            ])
        let package = PlatformObjects.package(variant: "isp-full", values: ["publishing": ["host": "a.example"]])
        #expect(
            package.spec == [
                "variant": "isp-full", "components": ["platform": ["values": ["publishing": ["host": "a.example"]]]],
            ])
        #expect(PlatformObjects.package(variant: "default", values: [:]).spec == ["variant": "default"])
        #expect(
            PlatformObjects.systemNamespace.labels == [
                "cozystack.io/system": "true", "platform.cozystack.io/no-delete": "true",
                "pod-security.kubernetes.io/enforce": "privileged",
            ])
    }

    @Test("The platform chart renders the source, 98 PackageSources, the variant's Packages and the values")
    func chart() throws {
        let chart = PlatformChart(release.catalogue)
        let source = PlatformObjects.source(release.source, insecure: true)
        let values: JSON = ["publishing": ["host": "a.example"]]
        let objects = chart.render(variant: "isp-full", values: values, source: source)
        let kinds = Dictionary(grouping: objects, by: \.kind).mapValues(\.count)
        #expect(kinds == ["OCIRepository": 1, "PackageSource": 98, "Package": 75, "Secret": 1, "ConfigMap": 1])
        let copy = try #require(objects.first { $0.kind == "OCIRepository" })
        #expect(copy.name == "cozystack-packages")
        #expect(copy.spec == source.spec)
        #expect(objects.last?["data", "version"] == "54")
    }

    @Test("The packages tree holds every directory and file that a PackageSource names")
    func tree() throws {
        let files = try release.packagesTree(embedded: Embedded())
        let paths = Set(files.map(\.path))
        #expect(paths.count == files.count)
        #expect(files.map(\.path) == files.map(\.path).sorted())
        #expect(paths.contains("library/cozy-lib/Chart.yaml"))
        #expect(paths.contains("core/platform/values-isp-full.yaml"))
        #expect(paths.contains("system/cilium/values-kubeovn.yaml"))
        for source in release.packageSources + [release.catalogue.platformSource] {
            for component in source.variants.flatMap(\.components) {
                for file in ["Chart.yaml"] + component.valuesFiles {
                    #expect(paths.contains("\(component.path)/\(file)"))
                }
            }
        }
    }

    @Test(
        "The tree's values files make the chart render the same as the variant's name does",
        arguments: [
            "default", "isp-full", "isp-full-generic", "isp-hosted",
        ])
    func treeValues(variant: String) throws {
        let files = try release.packagesTree(embedded: Embedded())
        var values: JSON = [:]
        for name in ["values.yaml", "values-\(variant).yaml"] {
            guard let file = files.first(where: { $0.path == "core/platform/\(name)" }) else { continue }
            values = values.merging(try YAML.parseOne(String(decoding: file.bytes, as: UTF8.self)).json())
        }
        let named = try #require(values["bundles"]?["system"]?["variant"]?.string)
        let platform = release.catalogue.platform
        #expect(platform.packages(variant: named, overrides: values) == platform.packages(variant: variant))
    }

    @Test("Flux on the host's network is told where KubePrism is, everything else is left alone")
    func flux() throws {
        let manifest: [KubernetesObject] = try [
            """
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "flux"}, "spec": {"template": {"spec": {
              "hostNetwork": true, "initContainers": [{"name": "i"}],
              "containers": [{"name": "c", "env": [{"name": "KUBERNETES_SERVICE_HOST", "value": "old"}, {"name": "X"}]}]
            }}}}
            """,
            #"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "b"}, "spec": {"template": {"spec": {"containers": [{"name": "c"}]}}}}"#,
        ].map { KubernetesObject(try JSON(parsing: $0)) }
        let prepared = FluxObjects.prepared(manifest)
        #expect(prepared.count == 3)
        let pod = prepared[0]["spec", "template", "spec"]
        #expect(
            pod?["containers"]?[0]?["env"] == [
                ["name": "KUBERNETES_SERVICE_HOST", "value": "localhost"], ["name": "X"],
                ["name": "KUBERNETES_SERVICE_PORT", "value": "7445"],
            ])
        #expect(pod?["initContainers"]?[0]?["env"]?.array?.count == 2)
        #expect(prepared[1] == manifest[1])
        #expect(prepared[2].kind == "Service")
        #expect(prepared[2].namespace == "cozy-fluxcd")
        #expect(FluxObjects.prepared(manifest, apiServer: nil)[0] == manifest[0])
    }
}
