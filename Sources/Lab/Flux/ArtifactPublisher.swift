import Core
import Kubernetes

/// The ExternalArtifacts of ArtifactGenerators, in the store and in the cluster.
struct ArtifactPublisher: Sendable {
    private static let generatorLabel = "source.extensions.fluxcd.io/generator"
    private static let managerLabel = "app.kubernetes.io/managed-by"
    private static let manager = "source-watcher"

    let context: FluxContext

    /// Why the artifacts have to be built again, in source-watcher's words and order; nil when all is as it should be.
    func drift(of object: KubernetesObject, _ spec: GeneratorSpec, sourcesDigest: String) -> String? {
        guard let ready = object.condition("Ready"), ready.status != .no else { return "NotReady" }
        guard ready.observedGeneration == object.generation else { return "GenerationChanged" }
        guard object["status", "observedSourcesDigest"]?.string == sourcesDigest else { return "SourcesChanged" }
        let inventory = object["status", "inventory"]?.array ?? []
        guard inventory.count == spec.artifacts.count else { return "ArtifactsChanged" }
        for entry in inventory {
            let path = path(
                of: entry["name"]?.string ?? "", in: object, fileName: entry["filename"]?.string ?? "")
            guard let stored = context.store[path] else { return "ArtifactMissing" }
            guard stored.digest == entry["digest"]?.string else { return "ArtifactCorrupted" }
            let key = ObjectKey(namespace: object.namespace, name: entry["name"]?.string ?? "")
            guard let live = context.artifacts[key] else { return "ExternalArtifactsNotFound" }
            guard live["status", "artifact", "digest"]?.string == stored.digest else {
                return "ExternalArtifactsChanged"
            }
        }
        return nil
    }

    /// Stores an artifact and makes its ExternalArtifact say so.
    func publish(_ artifact: BuiltArtifact, of generator: KubernetesObject) async throws {
        let path = path(of: artifact.name, in: generator, fileName: artifact.stored.fileName)
        context.store[path] = artifact.stored
        let object = described(artifact, generator)
        let live = try await context.client.apply(object, fieldManager: Self.manager, force: true)
        var status = KubernetesObject(.externalArtifact, name: artifact.name, namespace: generator.namespace)
        let ready = Condition(
            "Ready", .yes, reason: "Succeeded", message: "Artifact is ready", observedGeneration: live.generation,
            lastTransitionTime: live.condition("Ready")?.lastTransitionTime ?? context.options.clock.now)
        status.status = .fields([
            "artifact": self.status(of: artifact, at: path, known: live["status", "artifact"]),
            "conditions": .array([ready.json]),
        ])
        try await context.client.apply(status, fieldManager: Self.manager, force: true, subresource: "status")
        context.store.removeAll(in: directory(of: artifact.name, in: generator), except: path)
    }

    /// Removes the ExternalArtifacts that a generator made and does not want any more.
    func withdraw(from generator: KubernetesObject, except names: Set<String>) async throws {
        guard let uid = generator.uid else { return }
        for artifact in context.artifacts.objects
        where artifact.labels[Self.generatorLabel] == uid && !names.contains(artifact.name) {
            try await withdraw(artifact.name, of: generator)
        }
        for entry in generator["status", "inventory"]?.array ?? [] {
            guard let name = entry["name"]?.string, !names.contains(name) else { continue }
            try await withdraw(name, of: generator)
        }
    }

    /// Removes everything that a generator made.
    func withdraw(all generator: KubernetesObject) async throws {
        try await withdraw(from: generator, except: [])
    }

    private func withdraw(_ name: String, of generator: KubernetesObject) async throws {
        try await context.client.delete(.externalArtifact, name, namespace: generator.namespace)
        context.store.removeAll(in: directory(of: name, in: generator), except: nil)
    }

    private func described(_ artifact: BuiltArtifact, _ generator: KubernetesObject) -> KubernetesObject {
        KubernetesObject(
            .externalArtifact, name: artifact.name, namespace: generator.namespace,
            labels: [Self.managerLabel: Self.manager, Self.generatorLabel: generator.uid ?? ""],
            fields: [
                "spec": [
                    "sourceRef": [
                        "apiVersion": .string(generator.apiVersion), "kind": .string(generator.kind),
                        "name": .string(generator.name), "namespace": .string(generator.namespace ?? ""),
                    ]
                ]
            ])
    }

    private func status(of artifact: BuiltArtifact, at path: String, known: JSON?) -> JSON {
        let isSame = known?["digest"]?.string == artifact.stored.digest
        let time = (isSame ? known?["lastUpdateTime"]?.string : nil) ?? context.options.clock.now.wholeSeconds
        return .fields([
            "digest": .string(artifact.stored.digest),
            "lastUpdateTime": .string(time),
            "metadata": artifact.originRevision.map { ["org.opencontainers.image.revision": .string($0)] },
            "path": .string(path),
            "revision": .string(artifact.revision),
            "size": .int(Int64(artifact.stored.size)),
            "url": .string(ArtifactStore.url(path)),
        ])
    }

    private func directory(of name: String, in generator: KubernetesObject) -> String {
        ArtifactStore.directory(kind: "ExternalArtifact", namespace: generator.namespace ?? "", name: name)
    }

    private func path(of name: String, in generator: KubernetesObject, fileName: String) -> String {
        "\(directory(of: name, in: generator))/\(fileName)"
    }
}
