import Core
import Kubernetes
import Packages
import Testing

@Suite struct StatusTests {
    @Test(
        "Reasons and messages of a Package are upstream's, word for word",
        arguments: [
            (
                PackageCondition.reconciled(releases: 3), "True", "ReconciliationSucceeded",
                "reconciliation succeeded, generated 3 helmrelease(s)"
            ),
            (.sourceNotFound("x"), "False", "PackageSourceNotFound", "PackageSource x not found"),
            (.variantNotFound("v", source: "x"), "False", "VariantNotFound", "Variant v not found in PackageSource x"),
            (.dependenciesNotReady, "False", "DependenciesNotReady", "One or more dependencies are not ready"),
            (
                .dependsOnFailed(component: "c", why: "w"), "False", "DependsOnFailed",
                "Failed to build DependsOn for component c: w"
            ),
            (.helmReleaseFailed("r", why: "w"), "False", "HelmReleaseFailed", "Failed to create HelmRelease r: w"),
            (
                .emptyNamespace(component: "c"), "False", "InvalidConfiguration",
                "Component c has empty namespace in Install section"
            ),
        ])
    func packageConditions(condition: PackageCondition, status: String, reason: String, message: String) {
        let json = condition.condition.json
        #expect(json["type"] == "Ready")
        #expect(json["status"] == .string(status))
        #expect(json["reason"] == .string(reason))
        #expect(json["message"] == .string(message))
        #expect(json["observedGeneration"] == nil, "upstream never sets it on Packages")
    }

    @Test(
        "Reasons of a PackageSource are upstream's",
        arguments: [
            (PackageSourceCondition.sourceRefNotSet, "Unknown", "SourceRefNotSet", "SourceRef is not configured"),
            (.generatorNotFound, "Unknown", "ArtifactGeneratorNotFound", "ArtifactGenerator not found"),
            (
                .generatorNotReady, "Unknown", "ArtifactGeneratorNotReady",
                "ArtifactGenerator Ready condition not found"
            ),
            (.awaitingRecovery(generator: "g", attempt: 2), "Unknown", "AwaitingSourceWatcherRecovery", "2/5"),
            (.stalled(generator: "g"), "False", "SourceWatcherStalled", "fluxcd/pkg#934"),
        ])
    func sourceConditions(condition: PackageSourceCondition, status: String, reason: String, message: String) {
        let value = condition.condition
        #expect(value.status.rawValue == status)
        #expect(value.reason == reason)
        #expect(value.message.contains(message))
    }

    private static let start = Timestamp(seconds: 1_800_000_000)

    private func generator(
        status: JSON? = nil, annotations: [String: String] = [:], generation: Int = 2
    ) -> KubernetesObject {
        var object = KubernetesObject(
            .artifactGenerator, name: "g", namespace: "cozy-system", annotations: annotations)
        object["metadata", "generation"] = .int(Int64(generation))
        object["metadata", "creationTimestamp"] = .string(Self.start.wholeSeconds)
        object.status = status
        return object
    }

    private func ready(_ status: String, generation: Int64 = 2, reason: String = "Progressing") -> JSON {
        [
            "inventory": [["name": "a"]], "observedSourcesDigest": "sha256:1",
            "conditions": [
                [
                    "type": "Ready", "status": .string(status), "reason": .string(reason),
                    "observedGeneration": .int(generation), "lastTransitionTime": .string(Self.start.wholeSeconds),
                ]
            ],
        ]
    }

    @Test("A generator is stuck when its artifacts are built and its result has been missing for over 30 seconds")
    func stuck() {
        let late = Self.start.advanced(by: .seconds(31))
        let early = Self.start.advanced(by: .seconds(30))
        let built: JSON = ["inventory": [["name": "a"]], "observedSourcesDigest": "sha256:1"]
        #expect(SourceWatcherRecovery.isStuck(generator(status: built), now: late))
        #expect(!SourceWatcherRecovery.isStuck(generator(status: built), now: early))
        #expect(SourceWatcherRecovery.isStuck(generator(status: ready("Unknown")), now: late))
        #expect(!SourceWatcherRecovery.isStuck(generator(status: ready("Unknown")), now: early))
        #expect(!SourceWatcherRecovery.isStuck(generator(status: ready("Unknown", generation: 1)), now: late))
        #expect(!SourceWatcherRecovery.isStuck(generator(status: ready("True")), now: late))
        #expect(!SourceWatcherRecovery.isStuck(generator(status: ready("False")), now: late))
        #expect(!SourceWatcherRecovery.isStuck(generator(), now: late))
        var nothingBuilt = built
        nothingBuilt["inventory"] = []
        #expect(!SourceWatcherRecovery.isStuck(generator(status: nothingBuilt), now: late))
    }

    @Test("Recovery goes on over our own mark and over a generator that works on it")
    func recoveryApplies() {
        let now = Self.start
        let forced = ready("False", reason: SourceWatcherRecovery.forcedReason)
        #expect(SourceWatcherRecovery.applies(to: generator(status: forced), now: now))
        let tracked = [SourceWatcherRecovery.attemptsAnnotation: "1"]
        #expect(SourceWatcherRecovery.applies(to: generator(status: ready("Unknown"), annotations: tracked), now: now))
        #expect(!SourceWatcherRecovery.applies(to: generator(status: ready("True"), annotations: tracked), now: now))
        #expect(!SourceWatcherRecovery.applies(to: generator(status: ready("Unknown")), now: now))
    }

    @Test(
        "Attempts wait 30 s, 1, 2, 4 and 4 minutes; then it gives up",
        arguments: [(1, 30), (2, 60), (3, 120), (4, 240), (5, 240)])
    func backoff(attempts: Int, seconds: Int) {
        let recovery = SourceWatcherRecovery(attempts: attempts, last: Self.start)
        let half = Self.start.advanced(by: .seconds(seconds / 2))
        #expect(recovery.decision(now: half) == .wait(.seconds(seconds - seconds / 2)))
        let over = Self.start.advanced(by: .seconds(seconds))
        #expect(recovery.decision(now: over) == (attempts == 5 ? .giveUp : .force))
    }

    @Test("Annotations that cannot be read count as never", arguments: ["", "x", "-3"])
    func malformed(text: String) {
        let annotations = [
            SourceWatcherRecovery.attemptsAnnotation: text, SourceWatcherRecovery.lastAnnotation: text,
        ]
        let recovery = SourceWatcherRecovery(generator(annotations: annotations))
        #expect(recovery == SourceWatcherRecovery(attempts: 0, last: nil))
        #expect(recovery.decision(now: Self.start) == .force)
    }

    @Test("An applied object is known by its owned fields and their values")
    func applied() throws {
        let desired = KubernetesObject(
            .namespace, name: "n", labels: ["a": "1"], annotations: ["k": "v"])
        func live(_ change: (inout KubernetesObject) -> Void = { _ in }) throws -> KubernetesObject {
            var object = desired
            object["metadata", "uid"] = "u"
            object["spec"] = ["finalizers": ["kubernetes"]]
            object["metadata", "managedFields"] = try JSON(
                parsing: """
                    [{"manager": "other", "operation": "Update", "fieldsV1": {"f:spec": {}}},
                     {"manager": "m", "operation": "Apply", "fieldsV1": {"f:metadata": {
                       "f:labels": {"f:a": {}}, "f:annotations": {".": {}, "f:k": {}}}}}]
                    """)
            change(&object)
            return object
        }
        #expect(try live().hasApplied(desired, by: "m"))
        #expect(try !live().hasApplied(desired, by: "other"))
        #expect(try live { $0.labels = ["a": "1", "foreign": "x"] }.hasApplied(desired, by: "m"))
        #expect(try !live { $0.labels = ["a": "2"] }.hasApplied(desired, by: "m"))
        let more = KubernetesObject(.namespace, name: "n", labels: ["a": "1", "b": "2"], annotations: ["k": "v"])
        #expect(try !live { $0.labels = more.labels }.hasApplied(more, by: "m"), "there, but not ours")
        let less = KubernetesObject(.namespace, name: "n", labels: ["a": "1"])
        #expect(try !live().hasApplied(less, by: "m"), "ours, and no longer wanted")
    }
}
