import Core
import Kubernetes
import PKI

/// source-watcher's part: ArtifactGenerators cut ExternalArtifacts out of sources.
struct SourceWatcher: Sendable {
    static let finalizer = "source.extensions.fluxcd.io/finalizer"
    private static let pauseAnnotation = "source.extensions.fluxcd.io/reconcile"

    private let context: FluxContext
    private let writer: StatusWriter
    private let publisher: ArtifactPublisher

    init(context: FluxContext) {
        self.context = context
        writer = context.writer("source-watcher")
        publisher = ArtifactPublisher(context: context)
    }

    func run() async {
        let queue = context.queue()
        let generator = context.generators.onChange { change in
            if ReconcileRequest.concerns(change) { queue.add(change.key) }
        }
        let generators = context.generators
        let repository = context.repositories.onChange { change in
            guard revision(change.old) != revision(change.new) else { return }
            for generator in generators.objects where references(generator, change.key) { queue.add(generator.key) }
        }
        defer {
            context.generators.remove(handler: generator)
            context.repositories.remove(handler: repository)
        }
        await context.process(queue, .artifactGenerator, workers: context.options.generatorConcurrency) {
            try await reconcile($0)
        }
    }

    private func revision(_ object: KubernetesObject?) -> String? { object?["status", "artifact", "revision"]?.string }

    private func references(_ generator: KubernetesObject, _ key: ObjectKey) -> Bool {
        GeneratorSpec.sources(of: generator).contains { $0.kind == "OCIRepository" && $0.key == key }
    }

    private func reconcile(_ key: ObjectKey) async throws -> Duration? {
        guard var object = try await context.client.get(.artifactGenerator, key.name, namespace: key.namespace) else {
            return nil
        }
        if object.isBeingDeleted {
            try await publisher.withdraw(all: object)
            try await writer.removeFinalizer(Self.finalizer, from: object, .artifactGenerator)
            return nil
        }
        object = try await writer.addFinalizer(Self.finalizer, to: object, .artifactGenerator)
        guard object.annotations[Self.pauseAnnotation]?.lowercased() != "disabled" else { return nil }
        let spec: GeneratorSpec
        do throws(Fault) {
            spec = try GeneratorSpec(object)
        } catch {
            try await fail(object, "ValidationFailed", error.what, isTerminal: true)
            return nil
        }
        guard let sources = try await sources(of: spec, object) else { return .seconds(5) }
        let digest = SourceState.digest(sources)
        guard let drift = publisher.drift(of: object, spec, sourcesDigest: digest) else { return .seconds(3600) }
        return try await build(object, spec, sources, digest, because: drift)
    }

    /// What the sources have now; nil when one of them is missing or not ready, which is then reported.
    private func sources(
        of spec: GeneratorSpec, _ object: KubernetesObject
    ) async throws -> [String: SourceState]? {
        var states: [String: SourceState] = [:]
        for source in spec.sources {
            guard source.kind == "OCIRepository" else {
                try await fail(object, "SourceFetchFailed", "sources of kind \(source.kind) are not part of the lab")
                return nil
            }
            guard let repository = context.repositories[source.key] else {
                let what = "source \(source.kind) '\(source.key)' not found"
                try await fail(object, "SourceFetchFailed", what)
                return nil
            }
            guard let state = SourceState(repository, alias: source.alias, store: context.store) else {
                try await fail(object, "SourceFetchFailed", "source \(source.kind) '\(source.key)' is not ready")
                return nil
            }
            states[source.alias] = state
        }
        return states
    }

    private func build(
        _ object: KubernetesObject, _ spec: GeneratorSpec, _ sources: [String: SourceState], _ digest: String,
        because drift: String
    ) async throws -> Duration? {
        let working = "building artifacts: \(drift)"
        let object = try await writer.conditions(
            object, .artifactGenerator,
            set: [.ready(.unknown, "Progressing", working), .reconciling("Progressing", working)],
            remove: ["Stalled"])
        var built: [BuiltArtifact] = []
        do throws(Fault) {
            for artifact in spec.artifacts { built.append(try artifact.build(sources)) }
        } catch {
            try await fail(object, "BuildFailed", "failed to build artifact: \(error.what)")
            throw error
        }
        do {
            for artifact in built { try await publisher.publish(artifact, of: object) }
            try await publisher.withdraw(from: object, except: Set(built.map(\.name)))
        } catch {
            try await fail(object, "ReconciliationFailed", "failed to reconcile artifacts: \(error)")
            throw error
        }
        try await succeed(object, built, digest)
        return .seconds(3600)
    }

    private func succeed(_ object: KubernetesObject, _ built: [BuiltArtifact], _ digest: String) async throws {
        let message = "reconciliation succeeded, generated \(built.count) artifact(s)"
        try await writer.write(object, .artifactGenerator) { object in
            object["status", "inventory"] = .array(
                built.map { artifact in
                    [
                        "name": .string(artifact.name), "namespace": .string(object.namespace ?? ""),
                        "digest": .string(artifact.stored.digest), "filename": .string(artifact.stored.fileName),
                    ]
                })
            object["status", "observedSourcesDigest"] = .string(digest)
            if let request = object.annotations[ReconcileRequest.annotation] {
                object["status", "lastHandledReconcileAt"] = .string(request)
            }
            writer.mark(&object, set: [.ready(.yes, "Succeeded", message)], remove: ["Reconciling", "Stalled"])
        }
    }

    private func fail(
        _ object: KubernetesObject, _ reason: String, _ message: String, isTerminal: Bool = false
    ) async throws {
        let ready = Condition.ready(.no, reason, message)
        if isTerminal {
            try await writer.conditions(
                object, .artifactGenerator, set: [ready, .stalled(reason, message)], remove: ["Reconciling"])
        } else {
            try await writer.conditions(
                object, .artifactGenerator, set: [ready, .reconciling("ProgressingWithRetry", message)])
        }
    }
}

/// What a source of a generator has at the moment.
struct SourceState: Sendable {
    let alias: String
    let tree: FileTree
    let revision: String
    /// The source's own origin, where its artifact names one.
    let originRevision: String
    private let digest: String
    private let url: String

    /// - Returns: nil when the source has no artifact in the store.
    init?(_ object: KubernetesObject, alias: String, store: ArtifactStore) {
        guard let artifact = object["status", "artifact"], let path = artifact["path"]?.string,
            let stored = store[path], let revision = artifact["revision"]?.string
        else { return nil }
        self.alias = alias
        self.revision = revision
        tree = stored.tree
        originRevision = artifact["metadata"]?["org.opencontainers.image.revision"]?.string ?? revision
        digest = artifact["digest"]?.string ?? ""
        url = artifact["url"]?.string ?? ""
    }

    /// `status.observedSourcesDigest`.
    static func digest(_ sources: [String: SourceState]) -> String {
        let texts = sources.values.map { "\($0.alias)=[digest=\($0.digest),revision=\($0.revision),url=\($0.url)]" }
        return "sha256:" + SHA256.hexadecimalHash(Array(texts.sorted().joined(separator: "|").utf8))
    }
}
