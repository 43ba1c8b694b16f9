import Core
import Kubernetes
import Packages
import Testing

@Suite(.timeLimit(.minutes(2))) struct PackageSourceControllerTests {
    private let harness = ControllerHarness()

    @Test("A PackageSource shows the result of its generator")
    func sourceStatus() async throws {
        harness.addSource("a", [harness.component("x")])
        harness.api.put(.packageSource, KubernetesObject(.packageSource, name: "bare", fields: ["spec": [:]]))
        try await harness.withControllers {
            try await harness.eventually("no source") {
                harness.ready("bare", .packageSource)?.reason == "SourceRefNotSet"
            }
            try await harness.eventually("no result") {
                harness.ready("a", .packageSource)?.reason == "ArtifactGeneratorNotReady"
            }
            harness.api.change(.artifactGenerator, "a", namespace: "cozy-system") { generator in
                generator.conditions = [
                    Condition(
                        "Ready", .no, reason: "ValidationFailed", message: "why", observedGeneration: 1,
                        lastTransitionTime: Timestamp(seconds: 1_700_000_000))
                ]
            }
            try await harness.eventually("the result") {
                harness.ready("a", .packageSource)?.reason == "ValidationFailed"
            }
            let copy = try #require(harness.ready("a", .packageSource))
            #expect(copy.status == .no)
            #expect(copy.message == "why")
            #expect(copy.lastTransitionTime == Timestamp(seconds: 1_700_000_000))
            #expect(copy.observedGeneration == harness.api.get(.packageSource, "a")?.generation)
            #expect(harness.api.get(.packageSource, "a")?["status", "variants"] == "default")
        }
    }

    @Test("A stalled source-watcher is asked again, and the traces go when it answers")
    func recovery() async throws {
        harness.addSource("a", [harness.component("x")])
        let now = Timestamp(seconds: 1_900_000_000)
        try await harness.withControllers(clock: ControllerHarness.FixedClock(now: now)) {
            let namespace = "cozy-system"
            try await harness.eventually("the generator") {
                harness.api.get(.artifactGenerator, "a", namespace: namespace) != nil
            }
            harness.api.change(.artifactGenerator, "a", namespace: namespace) { generator in
                generator.status = ["inventory": [["name": "i"]], "observedSourcesDigest": "sha256:1"]
            }
            try await harness.eventually("recovery") {
                harness.ready("a", .packageSource)?.reason == "AwaitingSourceWatcherRecovery"
            }
            let forced = try #require(harness.api.get(.artifactGenerator, "a", namespace: namespace))
            #expect(forced.condition("Ready")?.reason == "SourceWatcherRecoveryForced")
            #expect(forced.condition("Ready")?.status == .no)
            #expect(forced.annotations["reconcile.fluxcd.io/requestedAt"] == now.description)
            #expect(forced.annotations["cozystack.io/source-watcher-recovery-attempts"] == "1")
            harness.api.change(.artifactGenerator, "a", namespace: namespace) { generator in
                generator.conditions = [Condition("Ready", .yes, reason: "Succeeded", observedGeneration: 1)]
            }
            try await harness.eventually("ready") { harness.ready("a", .packageSource)?.isTrue == true }
            let healed = try #require(harness.api.get(.artifactGenerator, "a", namespace: namespace))
            #expect(healed.annotations["cozystack.io/source-watcher-recovery-attempts"] == nil)
            #expect(healed.annotations["reconcile.fluxcd.io/requestedAt"] == now.description)
        }
    }

    @Test("The values follow the source into system namespaces, keep foreign labels, and go with it")
    func values() async throws {
        let name = "cozystack-values"
        harness.api.put(
            .namespace, KubernetesObject(.namespace, name: "cozy-a", labels: ["cozystack.io/system": "true"]))
        harness.api.put(.namespace, KubernetesObject(.namespace, name: "tenant-a"))
        harness.api.put(
            .secret,
            KubernetesObject(
                .secret, name: name, namespace: "cozy-system", labels: ["reconcile.fluxcd.io/watch": "Enabled"],
                fields: ["data": ["values.yaml": "YQ=="], "type": "Opaque"]))
        try await harness.withControllers {
            try await harness.eventually("the copy") { harness.api.get(.secret, name, namespace: "cozy-a") != nil }
            harness.api.put(
                .namespace, KubernetesObject(.namespace, name: "cozy-b", labels: ["cozystack.io/system": "true"]))
            try await harness.eventually("the second copy") {
                harness.api.get(.secret, name, namespace: "cozy-b") != nil
            }
            harness.api.change(.secret, name, namespace: "cozy-a") { $0.labels["own"] = "1" }
            harness.api.change(.secret, name, namespace: "cozy-system") { $0["data"] = ["values.yaml": "Yg=="] }
            try await harness.eventually("the change") {
                ["cozy-a", "cozy-b"].allSatisfy {
                    harness.api.get(.secret, name, namespace: $0)?["data"] == ["values.yaml": "Yg=="]
                }
            }
            #expect(
                harness.api.get(.secret, name, namespace: "cozy-a")?.labels == [
                    "own": "1", "reconcile.fluxcd.io/watch": "Enabled",
                ])
            #expect(harness.api.get(.secret, name, namespace: "tenant-a") == nil)
            harness.api.remove(.secret, name, namespace: "cozy-b")
            try await harness.eventually("it comes back") { harness.api.get(.secret, name, namespace: "cozy-b") != nil }
            harness.api.remove(.secret, name, namespace: "cozy-system")
            try await harness.eventually("all go") { harness.api.all(.secret).isEmpty }
        }
    }
}
