import Core
import Kubernetes
import Lab
import PKI
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2))) struct FluxReleaseTests {
    private static let quick = LabFluxOptions(
        installDuration: .milliseconds(2), retryInterval: .milliseconds(10),
        backoff: Backoff(base: .milliseconds(10), cap: .milliseconds(50)))

    @Test("A release is installed and says so as helm-controller does")
    func installs() async throws {
        try await FluxWorld.run(options: Self.quick) { world in
            try await world.generate(["a"])
            try await world.release("demo", ["values": ["y": 2]])
            let release = try await world.wait("demo", for: "InstallSucceeded")
            #expect(release.observedGeneration == release.generation)
            #expect(release.finalizers == ["finalizers.fluxcd.io"])
            #expect(release.condition("Reconciling") == nil)
            let snapshot = try #require(release["status", "history"]?[0])
            let digest = try await world.client.get(.externalArtifact, "chart-a", namespace: FluxWorld.namespace)?[
                "status", "artifact", "digest"]?.string
            #expect(snapshot["chartVersion"]?.string == "1.2.3+\(try #require(digest).dropFirst(7).prefix(12))")
            #expect(snapshot["chartName"] == "a")
            #expect(snapshot["status"] == "deployed")
            #expect(
                release.condition("Ready")?.message
                    == "Helm install succeeded for release cozy-system/demo.v1 with chart a@\(snapshot["chartVersion"]?.string ?? "")"
            )
            let secret = try #require(
                try await world.client.get(.secret, "sh.helm.release.v1.demo.v1", namespace: FluxWorld.namespace))
            #expect(secret["type"] == "helm.sh/release.v1")
            let outer = try #require(Base64.decode(secret["data", "release"]?.string ?? ""))
            let inner = try #require(Base64.decode(String(decoding: outer, as: UTF8.self)))
            #expect(inner.prefix(2) == [0x1F, 0x8B])
        }
    }

    @Test("A dependency is waited for, by name and generation, and its readiness wakes the dependent")
    func dependencies() async throws {
        try await FluxWorld.run(options: Self.quick) { world in
            try await world.generate(["a", "b"])
            try await world.release("late", chart: "b", ["dependsOn": [["name": "early", "namespace": "cozy-system"]]])
            let waiting = try await world.wait("late", for: "DependencyNotReady")
            #expect(waiting.condition("Ready")?.message == "dependency 'cozy-system/early' is not ready")
            #expect(waiting.condition("Reconciling")?.reason == "ProgressingWithRetry")
            #expect(waiting.observedGeneration != waiting.generation)
            try await world.release("early")
            _ = try await world.wait("late", for: "InstallSucceeded")
        }
    }

    @Test("A missing Secret with values keeps a release from being installed until it is there")
    func missingValues() async throws {
        try await FluxWorld.run(options: Self.quick) { world in
            try await world.generate(["a"])
            try await world.release("demo", ["valuesFrom": [["kind": "Secret", "name": "cozystack-values"]]])
            let release = try await world.wait("demo", for: "ValuesError")
            #expect(
                release.condition("Ready")?.message
                    == "could not resolve Secret chart values reference 'cozy-system/cozystack-values' with key 'values.yaml': secrets \"cozystack-values\" not found"
            )
            #expect(try await world.records("demo").isEmpty)
            try await world.client.create(
                KubernetesObject(
                    .secret, name: "cozystack-values", namespace: FluxWorld.namespace,
                    fields: ["data": ["values.yaml": .string(Base64.encode(Array("_cluster: {a: b}\n".utf8)))]]))
            _ = try await world.wait("demo", for: "InstallSucceeded")
        }
    }

    @Test("A change of watched values, of the chart's content or of the spec leads to an upgrade")
    func upgrades() async throws {
        try await FluxWorld.run(options: Self.quick) { world in
            let values = KubernetesObject(
                .secret, name: "cozystack-values", namespace: FluxWorld.namespace,
                labels: ["reconcile.fluxcd.io/watch": "Enabled"],
                fields: ["data": ["values.yaml": .string(Base64.encode(Array("a: 1\n".utf8)))]])
            try await world.client.create(values)
            try await world.generate(["a"])
            try await world.release("demo", ["valuesFrom": [["kind": "Secret", "name": "cozystack-values"]]])
            _ = try await world.wait("demo", for: "InstallSucceeded")
            try await world.client.mergePatch(
                .secret, values.name, namespace: values.namespace,
                ["data": ["values.yaml": .string(Base64.encode(Array("a: 2\n".utf8)))]])
            #expect(try await eventually { try await world.records("demo") == ["superseded", "deployed"] })
            world.source.change("charts/a/values.yaml", "x: 2\n")
            try await world.point(at: "sha256:2")
            #expect(try await eventually { try await world.records("demo").count == 3 })
            try await world.release("demo", ["values": ["c": 3]])
            #expect(
                try await eventually { try await world.records("demo") == ["superseded", "superseded", "deployed"] })
            let release = try await world.wait("demo", for: "UpgradeSucceeded")
            #expect(release["status", "history"]?[0]?["version"]?.int == 4)
            #expect(release["status", "history"]?[1]?["status"] == "superseded")
        }
    }

    @Test("A failed install is retried as an upgrade until it succeeds")
    func retries() async throws {
        let attempts = Mutex<[String]>([])
        var options = Self.quick
        options.outcome = { attempt in
            let count = attempts.withLock { attempts in
                attempts.append("\(attempt.action.rawValue) v\(attempt.version)")
                return attempts.count
            }
            return count < 3 ? .failure("timed out waiting for the condition") : .success
        }
        try await FluxWorld.run(options: options) { world in
            try await world.generate(["a"])
            try await world.release("demo")
            let release = try await world.wait("demo", for: "UpgradeSucceeded")
            #expect(attempts.withLock { $0 } == ["install v1", "upgrade v2", "upgrade v3"])
            #expect(try await world.records("demo") == ["failed", "failed", "deployed"])
            #expect(release["status", "failures"] == nil)
        }
    }

    @Test("A controller that died in the middle leaves a pending record, which is unlocked and upgraded")
    func interrupted() async throws {
        let count = Mutex(0)
        var options = Self.quick
        options.outcome = { _ in
            count.withLock { count in
                count += 1
                return count == 1 ? .interrupted : .success
            }
        }
        try await FluxWorld.run(options: options) { world in
            try await world.generate(["a"])
            try await world.release("demo")
            _ = try await world.wait("demo", for: "UpgradeSucceeded")
            #expect(try await world.records("demo") == ["failed", "deployed"])
        }
    }

    @Test("A release left uninstalling has no deployed releases, until its record is gone")
    func stuck() async throws {
        try await FluxWorld.run(options: Self.quick) { world in
            try await world.client.create(
                KubernetesObject(
                    .secret, name: "sh.helm.release.v1.demo.v1", namespace: FluxWorld.namespace,
                    labels: ["owner": "helm", "name": "demo", "version": "1", "status": "uninstalling"],
                    fields: ["type": "helm.sh/release.v1"]))
            try await world.generate(["a"])
            try await world.release("demo")
            let release = try await world.wait("demo", for: "UpgradeFailed")
            #expect(release.condition("Ready")?.message.contains("\"demo\" has no deployed releases") == true)
            try await world.client.delete(.secret, "sh.helm.release.v1.demo.v1", namespace: FluxWorld.namespace)
            _ = try await world.wait("demo", for: "InstallSucceeded")
        }
    }

    @Test("A suspended release is left alone; deleting it orphans what it installed")
    func suspended() async throws {
        try await FluxWorld.run(options: Self.quick) { world in
            try await world.generate(["a"])
            try await world.release("demo")
            _ = try await world.wait("demo", for: "InstallSucceeded")
            try await world.release("demo", ["suspend": true, "values": ["z": 1]])
            try await world.release("other")
            _ = try await world.wait("other", for: "InstallSucceeded")
            #expect(try await world.records("demo") == ["deployed"])
            try await world.client.delete(.helmRelease, "demo", namespace: FluxWorld.namespace)
            #expect(try await eventually { try await world.helmRelease("demo") == nil })
            #expect(try await world.records("demo") == ["deployed"])
        }
    }

    @Test("Deleting a release uninstalls it before the object goes")
    func uninstalls() async throws {
        try await FluxWorld.run(options: Self.quick) { world in
            try await world.generate(["a"])
            try await world.release("demo")
            _ = try await world.wait("demo", for: "InstallSucceeded")
            try await world.client.delete(.helmRelease, "demo", namespace: FluxWorld.namespace)
            #expect(try await eventually { try await world.helmRelease("demo") == nil })
            #expect(try await world.records("demo").isEmpty)
        }
    }
}
