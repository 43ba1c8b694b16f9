import Core
import Embedded
import Kubernetes
import Packages
import Testing

@Suite(.timeLimit(.minutes(2))) struct PackageControllerTests {
    private let harness = ControllerHarness()
    private let release: Release

    init() throws {
        release = try Release.load(embedded: Embedded())
    }

    @Test("isp-full: from PackageSources and Packages to all HelmReleases, and not one write more")
    func wholeVariant() async throws {
        let platform = PlatformObjects.source(release.source)
        harness.api.put(.packageSource, PlatformObjects.packageSource(release.catalogue.platformSource))
        harness.api.put(.package, PlatformObjects.package(variant: "isp-full", values: nil))
        for object in PlatformChart(release.catalogue).render(variant: "isp-full", source: platform) {
            switch object.kind {
            case "PackageSource": harness.api.put(.packageSource, object)
            case "Package": harness.api.put(.package, object)
            case "Secret": harness.api.put(.secret, object)
            default: break
            }
        }
        let expected = try release.expected("isp-full")
        let copies = expected.namespaces.count - 1
        try await harness.withControllers {
            try await harness.eventually("all Packages are ready") { harness.api.all(.package).allSatisfy(\.isReady) }
            try await harness.eventually("all generators are there") { harness.api.all(.artifactGenerator).count == 99 }
            try await harness.eventually("the values are everywhere") { harness.api.all(.secret).count == copies + 1 }
        }
        let releases = Dictionary(
            uniqueKeysWithValues: harness.api.all(.helmRelease).map { (ReleaseReference($0), $0) })
        #expect(Set(releases.keys) == Set(expected.helmReleases.map(\.reference)))
        for one in expected.helmReleases {
            let object = try #require(releases[one.reference])
            #expect(object["spec", "chartRef", "name"] == .string(one.artifact))
            let dependsOn = (object["spec", "dependsOn"]?.array ?? []).map {
                "\($0.text("namespace"))/\($0.text("name"))"
            }
            #expect(dependsOn == one.dependsOn.map(\.description))
            #expect(object.ownerReferences.first?.uid == harness.api.get(.package, one.package)?.uid)
        }
        for name in expected.namespaces {
            let labels = harness.api.get(.namespace, name)?.labels ?? [:]
            let privileged = expected.helmReleases.contains { $0.reference.namespace == name && $0.privileged }
            #expect(labels["cozystack.io/system"] == "true")
            if name != "cozy-system" {
                #expect(labels["pod-security.kubernetes.io/enforce"] == (privileged ? "privileged" : nil))
            }
        }
        let networking = harness.api.get(.package, "cozystack.networking")
        #expect(networking?["status", "dependencies"] == ["cozystack.gateway-api-crds": ["ready": true]])
        harness.api.forgetWrites()
        try await harness.withControllers {
            harness.api.change(.package, "cozystack.velero") { $0.annotations["touched"] = "1" }
            harness.api.change(.package, "cozystack.networking") {
                $0["spec", "components"] = ["cilium": ["values": ["a": 1]]]
            }
            try await harness.eventually("the change arrives") {
                harness.api.get(.helmRelease, "cilium", namespace: "cozy-cilium")?["spec", "values"] == ["a": 1]
            }
        }
        #expect(
            Set(harness.api.writes).isSubset(of: [
                "PUT helmreleases/cozy-cilium/cilium", "PUT helmreleases/cozy-kubeovn/kubeovn",
                "PUT packages/cozystack.networking/status",
            ]))
    }

    @Test("A Package waits for its dependency, tells so, and goes on when it is ready")
    func gate() async throws {
        harness.addSource("a", [harness.component("x")])
        harness.addSource("b", needs: ["a"], [harness.component("y", ["namespace": "cozy-b", "privileged": true])])
        harness.addPackage("b")
        try await harness.withControllers {
            let waiting = try await harness.settled("b", "DependenciesNotReady")
            #expect(waiting.message == "One or more dependencies are not ready")
            #expect(harness.api.get(.package, "b")?["status", "dependencies"] == ["a": ["ready": false]])
            #expect(harness.api.get(.namespace, "cozy-b")?.labels["pod-security.kubernetes.io/enforce"] == "privileged")
            #expect(harness.api.all(.helmRelease).isEmpty)
            harness.addPackage("a")
            _ = try await harness.settled("b", "ReconciliationSucceeded")
            #expect(harness.api.get(.package, "b")?["status", "dependencies"] == ["a": ["ready": true]])
            let y = harness.api.get(.helmRelease, "y", namespace: "cozy-b")
            #expect(y?["spec", "dependsOn"] == [["name": "x", "namespace": "cozy-a"]])
        }
    }

    @Test("Missing sources, variants and namespaces are told, and healed when they come")
    func problems() async throws {
        harness.addPackage("a", ["variant": "special"])
        try await harness.withControllers {
            #expect(try await harness.settled("a", "PackageSourceNotFound").message == "PackageSource a not found")
            harness.addSource("a", [harness.component("x", ["releaseName": "r"])])
            let missing = try await harness.settled("a", "VariantNotFound")
            #expect(missing.message == "Variant special not found in PackageSource a")
            harness.api.change(.package, "a") { $0["spec", "variant"] = nil }
            let empty = try await harness.settled("a", "InvalidConfiguration")
            #expect(empty.message == "Component x has empty namespace in Install section")
            harness.addSource("a", [harness.component("x", ["namespace": "cozy-a", "dependsOn": ["z"]])])
            let failed = try await harness.settled("a", "DependsOnFailed")
            #expect(failed.message.hasPrefix("Failed to build DependsOn for component x: "))
            harness.addSource("a", [harness.component("x")])
            #expect(
                try await harness.settled("a", "ReconciliationSucceeded").message.hasSuffix(
                    "generated 1 helmrelease(s)"))
        }
    }

    @Test("HelmReleases that are not wanted any more go; a vanished variant leaves them")
    func orphans() async throws {
        harness.addSource("a", [harness.component("x"), harness.component("y")])
        harness.addPackage("a")
        try await harness.withControllers {
            try await harness.eventually("both releases") { harness.api.all(.helmRelease).count == 2 }
            harness.api.change(.package, "a") { $0["spec", "components"] = ["x": ["enabled": false]] }
            try await harness.eventually("one release") { harness.api.all(.helmRelease).map(\.name) == ["y"] }
            harness.api.change(.package, "a") { $0["spec", "variant"] = "gone" }
            _ = try await harness.settled("a", "VariantNotFound")
            #expect(harness.api.all(.helmRelease).map(\.name) == ["y"])
        }
    }

    @Test("A suspension and foreign labels stay; a deleted HelmRelease comes back")
    func updates() async throws {
        harness.addSource("a", [harness.component("x")])
        harness.addPackage("a")
        try await harness.withControllers {
            _ = try await harness.settled("a", "ReconciliationSucceeded")
            harness.api.change(.helmRelease, "x", namespace: "cozy-a") { release in
                release["spec", "suspend"] = true
                release["spec", "interval"] = "1h"
                release.labels["team"] = "t"
            }
            try await harness.eventually("the interval is ours again") {
                harness.api.get(.helmRelease, "x", namespace: "cozy-a")?["spec", "interval"] == "5m0s"
            }
            let release = try #require(harness.api.get(.helmRelease, "x", namespace: "cozy-a"))
            #expect(release["spec", "suspend"] == true)
            #expect(release.labels["team"] == "t")
            harness.api.remove(.helmRelease, "x", namespace: "cozy-a")
            try await harness.eventually("it comes back") {
                harness.api.get(.helmRelease, "x", namespace: "cozy-a") != nil
            }
        }
    }

    @Test("Two Packages with the same release: the first keeps it, the second says whose it is")
    func sameRelease() async throws {
        harness.addSource("a", [harness.component("x")])
        harness.addSource("b", [harness.component("x")])
        harness.addPackage("a")
        try await harness.withControllers {
            _ = try await harness.settled("a", "ReconciliationSucceeded")
            harness.addPackage("b")
            let problem = try await harness.settled("b", "HelmReleaseFailed")
            #expect(problem.message.contains("belongs to Package a"))
            harness.api.remove(.package, "a")
            _ = try await harness.settled("b", "ReconciliationSucceeded")
            #expect(harness.api.get(.helmRelease, "x", namespace: "cozy-a")?.labels["cozystack.io/package"] == "b")
        }
    }

    @Test("An unlabelled HelmRelease of the same name is taken over")
    func adoption() async throws {
        harness.api.put(.namespace, KubernetesObject(.namespace, name: "cozy-a"))
        harness.api.put(
            .helmRelease,
            KubernetesObject(.helmRelease, name: "x", namespace: "cozy-a", fields: ["spec": ["interval": "1h"]]))
        harness.addSource("a", [harness.component("x")])
        harness.addPackage("a")
        try await harness.withControllers {
            _ = try await harness.settled("a", "ReconciliationSucceeded")
            #expect(harness.api.get(.helmRelease, "x", namespace: "cozy-a")?["spec", "interval"] == "5m0s")
        }
    }

    @Test("Lost races are run again until they are won")
    func conflicts() async throws {
        harness.addSource("a", [harness.component("x")])
        harness.addPackage("a")
        harness.api.refuse("POST helmreleases/cozy-a", times: 2)
        harness.api.refuse("PUT packages/a/status", times: 3)
        harness.api.refuse("PATCH namespaces/cozy-a", times: 2)
        try await harness.withControllers {
            _ = try await harness.settled("a", "ReconciliationSucceeded")
        }
    }

    @Test("A namespace is privileged as long as one Package needs it so")
    func sharedNamespace() async throws {
        harness.addSource("a", [harness.component("x", ["namespace": "shared", "privileged": true])])
        harness.addSource("b", [harness.component("y", ["namespace": "shared"])])
        harness.addPackage("a")
        harness.addPackage("b")
        let label = "pod-security.kubernetes.io/enforce"
        try await harness.withControllers {
            _ = try await harness.settled("a", "ReconciliationSucceeded")
            _ = try await harness.settled("b", "ReconciliationSucceeded")
            #expect(harness.api.get(.namespace, "shared")?.labels[label] == "privileged")
            harness.api.change(.package, "a") { $0["spec", "components"] = ["x": ["enabled": false]] }
            harness.api.change(.package, "b") { $0["spec", "components"] = ["y": ["values": ["k": "v"]]] }
            try await harness.eventually("the label goes") {
                harness.api.get(.namespace, "shared")?.labels[label] == nil
            }
        }
    }
}
