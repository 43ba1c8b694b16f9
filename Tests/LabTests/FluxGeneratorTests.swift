import Core
import Kubernetes
import Lab
import Testing

@Suite(.timeLimit(.minutes(2))) struct FluxGeneratorTests {
    private func wait(
        _ world: FluxWorld, _ status: Condition.Status, _ reason: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> KubernetesObject {
        var last: KubernetesObject?
        let isThere = try await eventually {
            last = try await world.generator()
            let ready = last?.condition("Ready")
            return ready?.status == status && ready?.reason == reason && ready?.observedGeneration == last?.generation
        }
        #expect(isThere, "\(last?.status ?? .null)", sourceLocation: sourceLocation)
        return try #require(last)
    }

    @Test("Artifacts are built, labelled and described as source-watcher does it")
    func builds() async throws {
        try await FluxWorld.run { world in
            try await world.generate(["a", "b"])
            let generator = try await wait(world, .yes, "Succeeded")
            #expect(
                generator.condition("Ready")?.message == "reconciliation succeeded, generated 2 artifact(s)")
            #expect(generator.finalizers == ["source.extensions.fluxcd.io/finalizer"])
            #expect(generator["status", "inventory"]?.array?.count == 2)
            #expect(generator["status", "observedSourcesDigest"]?.string?.hasPrefix("sha256:") == true)
            let artifact = try #require(
                try await world.client.get(.externalArtifact, "chart-a", namespace: FluxWorld.namespace))
            #expect(
                artifact.labels == [
                    "app.kubernetes.io/managed-by": "source-watcher",
                    "source.extensions.fluxcd.io/generator": try #require(generator.uid),
                ])
            #expect(artifact.ownerReferences.isEmpty)
            #expect(artifact["spec", "sourceRef", "kind"] == "ArtifactGenerator")
            #expect(artifact.condition("Ready")?.reason == "Succeeded")
            #expect(artifact.condition("Ready")?.message == "Artifact is ready")
            let status = try #require(artifact["status", "artifact"])
            #expect(status["revision"]?.string == "latest@\(status["digest"]?.string ?? "")")
            #expect(status["path"]?.string?.hasPrefix("externalartifact/cozy-system/chart-a/") == true)
        }
    }

    @Test("Only the artifacts whose content changed get another digest")
    func rebuilds() async throws {
        try await FluxWorld.run { world in
            try await world.generate(["a", "b"])
            _ = try await wait(world, .yes, "Succeeded")
            let before = try await digests(world)
            world.source.change("charts/a/values.yaml", "x: 2\n")
            try await world.point(at: "sha256:2")
            #expect(try await eventually { try await digests(world)["chart-a"] != before["chart-a"] })
            #expect(try await digests(world)["chart-b"] == before["chart-b"])
        }
    }

    private func digests(_ world: FluxWorld) async throws -> [String: String] {
        let items = try await world.client.list(.externalArtifact, namespace: FluxWorld.namespace).items
        return Dictionary(
            uniqueKeysWithValues: items.map { ($0.name, $0["status", "artifact", "digest"]?.string ?? "") })
    }

    @Test("A copy that matches nothing fails the whole generator")
    func matchesNothing() async throws {
        try await FluxWorld.run { world in
            try await world.generate(["a", "none"])
            let generator = try await wait(world, .no, "BuildFailed")
            #expect(
                generator.condition("Ready")?.message
                    == "failed to build artifact: chart-none: no files match pattern 'charts/none/**'")
            #expect(generator.condition("Reconciling")?.reason == "ProgressingWithRetry")
            #expect(try await digests(world).isEmpty)
        }
    }

    @Test("Two artifacts of one name are a fault that no retry cures")
    func duplicates() async throws {
        try await FluxWorld.run { world in
            try await world.generate(["a", "a"])
            let generator = try await wait(world, .no, "ValidationFailed")
            #expect(generator.condition("Stalled")?.isTrue == true)
            try await world.generate(["a"])
            #expect(try await wait(world, .yes, "Succeeded").condition("Stalled") == nil)
        }
    }

    @Test("A missing source is named, and its coming starts the build")
    func missingSource() async throws {
        try await FluxWorld.run { world in
            try await world.client.delete(.ociRepository, "src", namespace: FluxWorld.namespace)
            #expect(
                try await eventually {
                    try await world.client.get(.ociRepository, "src", namespace: FluxWorld.namespace) == nil
                })
            try await world.generate(["a"])
            _ = try await wait(world, .no, "SourceFetchFailed")
            try await world.point(at: "sha256:1")
            _ = try await wait(world, .yes, "Succeeded")
        }
    }

    @Test("An artifact that is no longer wanted goes, and all go with the generator")
    func withdraws() async throws {
        try await FluxWorld.run { world in
            try await world.generate(["a", "b"])
            _ = try await wait(world, .yes, "Succeeded")
            try await world.generate(["b"])
            #expect(try await eventually { try await digests(world).keys.sorted() == ["chart-b"] })
            try await world.client.delete(.artifactGenerator, "gen", namespace: FluxWorld.namespace)
            #expect(try await eventually { try await world.generator() == nil })
            #expect(try await digests(world).isEmpty)
        }
    }

    @Test("The operator's way to wake a stalled generator works: Ready=False, then a request")
    func recovery() async throws {
        try await FluxWorld.run { world in
            try await world.generate(["a"])
            let generator = try await wait(world, .yes, "Succeeded")
            let forced = Condition(
                "Ready", .no, reason: "SourceWatcherRecoveryForced", message: "forced",
                observedGeneration: generator.generation, lastTransitionTime: Timestamp(seconds: 1))
            try await world.client.mergePatch(
                .artifactGenerator, "gen", namespace: FluxWorld.namespace,
                ["status": ["conditions": [forced.json]]], subresource: "status")
            try await world.client.mergePatch(
                .artifactGenerator, "gen", namespace: FluxWorld.namespace,
                ["metadata": ["annotations": ["reconcile.fluxcd.io/requestedAt": "2026-01-01T00:00:00Z"]]])
            let woken = try await wait(world, .yes, "Succeeded")
            #expect(woken["status", "lastHandledReconcileAt"] == "2026-01-01T00:00:00Z")
        }
    }
}
