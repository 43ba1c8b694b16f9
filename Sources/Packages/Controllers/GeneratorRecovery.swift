import Core
import Kubernetes

/// The writes that get a stalled source-watcher going again; see ``SourceWatcherRecovery``.
struct GeneratorRecovery: Sendable {
    let client: KubernetesClient
    let cache: ObjectCache

    /// Marks the generator not ready, then requests a reconciliation. Both are needed: the request puts it into
    /// source-watcher's queue, the condition makes its check for drift fail.
    func force(_ generator: KubernetesObject, attempt: Int, now: Timestamp) async throws {
        var conditions = generator.conditions
        conditions.set(
            Condition(
                "Ready", .no, reason: SourceWatcherRecovery.forcedReason,
                message: "Ready result lost by source-watcher, reconciliation forced",
                observedGeneration: generator.generation),
            now: now)
        try await patch(generator, ["status": ["conditions": .array(conditions.map(\.json))]], subresource: "status")
        try await patch(
            generator,
            Self.annotations([
                SourceWatcherRecovery.requestedAnnotation: .string(now.description),
                SourceWatcherRecovery.attemptsAnnotation: .string(String(attempt)),
                SourceWatcherRecovery.lastAnnotation: .string(now.description),
            ]))
    }

    /// Forgets attempts that are over. `requestedAt` stays, as it is source-watcher's.
    func clear(_ generator: KubernetesObject) async throws {
        let own = [SourceWatcherRecovery.attemptsAnnotation, SourceWatcherRecovery.lastAnnotation]
        let present = own.filter { generator.annotations[$0] != nil }
        guard !present.isEmpty else { return }
        try await patch(generator, Self.annotations(Dictionary(uniqueKeysWithValues: present.map { ($0, .null) })))
    }

    private static func annotations(_ fields: [String: JSON]) -> JSON {
        ["metadata": ["annotations": .object(fields)]]
    }

    private func patch(_ generator: KubernetesObject, _ patch: JSON, subresource: String? = nil) async throws {
        let answer = try await client.mergePatch(
            .artifactGenerator, generator.name, namespace: generator.namespace, patch, subresource: subresource,
            fieldManager: FieldManagers.cozystackOperator)
        cache.note(answer)
    }
}
