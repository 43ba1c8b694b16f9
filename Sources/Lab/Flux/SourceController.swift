import Core
import Kubernetes

/// source-controller's part: OCIRepositories are pulled and stored.
struct SourceController: Sendable {
    private static let finalizer = "finalizers.fluxcd.io"

    private let context: FluxContext
    private let source: any ArtifactSource
    private let writer: StatusWriter

    init(context: FluxContext, source: any ArtifactSource) {
        self.context = context
        self.source = source
        writer = context.writer("source-controller")
    }

    func run() async {
        let queue = context.queue()
        let handler = context.repositories.onChange { change in
            if ReconcileRequest.concerns(change) { queue.add(change.key) }
        }
        defer { context.repositories.remove(handler: handler) }
        await context.process(queue, .ociRepository, workers: 5) { try await reconcile($0) }
    }

    private func reconcile(_ key: ObjectKey) async throws -> Duration? {
        guard var object = try await context.client.get(.ociRepository, key.name, namespace: key.namespace) else {
            return nil
        }
        let directory = directory(of: object)
        if object.isBeingDeleted {
            context.store.removeAll(in: directory, except: nil)
            try await writer.removeFinalizer(Self.finalizer, from: object, .ociRepository)
            return nil
        }
        object = try await writer.addFinalizer(Self.finalizer, to: object, .ociRepository)
        guard object["spec", "suspend"]?.bool != true else { return nil }
        do {
            try await store(try await fetch(object), of: object)
        } catch let error as KubernetesError {
            throw error
        } catch {
            try await report(error, on: object)
            throw error
        }
        return object["spec", "interval"]?.string.flatMap(GoDuration.parse)
    }

    private func fetch(_ object: KubernetesObject) async throws -> FetchedArtifact {
        let spec = object.spec
        return try await source.fetch(
            ArtifactReference(
                url: spec?["url"]?.string ?? "", tag: spec?["ref"]?["tag"]?.string,
                digest: spec?["ref"]?["digest"]?.string, insecure: spec?["insecure"]?.bool ?? false))
    }

    private func store(_ fetched: FetchedArtifact, of object: KubernetesObject) async throws {
        let reference = object["spec", "ref"]
        let revision =
            reference?["digest"]?.string == nil
            ? "\(reference?["tag"]?.string ?? "latest")@\(fetched.digest)" : fetched.digest
        let stored = StoredArtifact(FluxIgnore.filtered(fetched.tree), name: object.name)
        let path = "\(directory(of: object))/\(fetched.digest.split(separator: ":").last ?? "").tar.gz"
        context.store[path] = stored
        let message = "stored artifact for digest '\(revision)'"
        try await writer.write(object, .ociRepository) { object in
            let known = object["status", "artifact"]
            if known?["revision"]?.string != revision || known?["digest"]?.string != stored.digest {
                object["status", "artifact"] = .fields([
                    "digest": .string(stored.digest),
                    "lastUpdateTime": .string(context.options.clock.now.wholeSeconds),
                    "metadata": fetched.annotations.isEmpty
                        ? nil : .object(fetched.annotations.mapValues(JSON.string)),
                    "path": .string(path),
                    "revision": .string(revision),
                    "size": .int(Int64(stored.size)),
                    "url": .string(ArtifactStore.url(path)),
                ])
            }
            object["status", "url"] = .string(
                ArtifactStore.url("\(directory(of: object))/latest.tar.gz"))
            finish(&object)
            writer.mark(
                &object,
                set: [
                    .ready(.yes, "Succeeded", message),
                    Condition("ArtifactInStorage", .yes, reason: "Succeeded", message: message),
                ], remove: ["Reconciling", "FetchFailed", "Stalled"])
        }
        context.store.removeAll(in: directory(of: object), except: path)
    }

    private func report(_ error: any Error, on object: KubernetesObject) async throws {
        let message = "failed to pull artifact from '\(object["spec", "url"]?.string ?? "")': \(error)"
        try await writer.write(object, .ociRepository) { object in
            writer.mark(
                &object,
                set: [
                    .ready(.no, "OCIArtifactPullFailed", message),
                    Condition("FetchFailed", .yes, reason: "OCIArtifactPullFailed", message: message),
                    .reconciling("ProgressingWithRetry", message),
                ])
        }
    }

    private func finish(_ object: inout KubernetesObject) {
        object["status", "observedGeneration"] = object.generation.map { .int(Int64($0)) }
        if let request = object.annotations[ReconcileRequest.annotation] {
            object["status", "lastHandledReconcileAt"] = .string(request)
        }
    }

    private func directory(of object: KubernetesObject) -> String {
        ArtifactStore.directory(kind: "OCIRepository", namespace: object.namespace ?? "", name: object.name)
    }
}

/// What source-controller leaves out of every artifact unless told otherwise.
enum FluxIgnore {
    private static let endings = [
        ".jpg", ".jpeg", ".gif", ".png", ".wmv", ".flv", ".tar.gz", ".zip",
    ]
    private static let names: Set<String> = [
        ".git", ".gitignore", ".gitmodules", ".gitattributes", ".github", ".circleci", ".travis.yml", ".gitlab-ci.yml",
        "appveyor.yml", ".drone.yml", "cloudbuild.yaml", "codeship-services.yml", "codeship-steps.yml",
        ".goreleaser.yml",
        ".sops.yaml", ".flux.yaml",
    ]

    static func filtered(_ tree: FileTree) -> FileTree {
        var filtered = FileTree()
        for name in tree.names(in: "") {
            if let entry = tree[name].flatMap({ kept($0, name: name) }) { filtered[name] = entry }
        }
        return filtered
    }

    private static func kept(_ entry: FileTree.Entry, name: String) -> FileTree.Entry? {
        guard !names.contains(name) else { return nil }
        switch entry {
        case .file: return endings.contains { name.hasSuffix($0) } ? nil : entry
        case .directory(let children):
            var left: [String: FileTree.Entry] = [:]
            for (name, child) in children { left[name] = kept(child, name: name) }
            return .directory(left)
        }
    }
}
