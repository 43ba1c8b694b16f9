import Core
import Kubernetes
import Logging

/// Makes an ArtifactGenerator of each PackageSource, and shows the generator's result as the PackageSource's own.
struct PackageSourceController: Sendable {
    private let client: KubernetesClient
    private let caches: ControllerCaches
    private let clock: any WallClock
    private let logger: Logger
    private let queue = WorkQueue<String>()

    init(client: KubernetesClient, caches: ControllerCaches, clock: any WallClock, logger: Logger) {
        self.client = client
        self.caches = caches
        self.clock = clock
        self.logger = logger
        let queue = queue
        caches.sources.onChange { queue.add($0.key.name) }
        caches.generators.onChange { change in
            for owner in change.object.ownerReferences where owner.kind == ResourceType.packageSource.kind {
                queue.add(owner.name)
            }
        }
    }

    /// Works until the task is cancelled.
    func run() async {
        let logger = logger
        await queue.process(
            workers: 2,
            onFailure: { name, error in
                logger.warning("PackageSource not reconciled", metadata: ["name": "\(name)", "error": "\(error)"])
            },
            work: { name in try await reconcile(name) })
    }

    private func reconcile(_ name: String) async throws -> Duration? {
        guard let object = caches.sources[name], let uid = object.uid, !object.isBeingDeleted else { return nil }
        let source = PackageSource(object.json)
        if let generator = source.artifactGenerator(uid: uid), !isApplied(generator) {
            caches.generators.note(try await client.apply(generator, fieldManager: FieldManagers.packageSources))
        }
        let result = try await status(of: source, object)
        try await write(result.ready, of: source, object)
        return result.again
    }

    private func isApplied(_ generator: KubernetesObject) -> Bool {
        caches.generators[generator.key]?.hasApplied(generator, by: FieldManagers.packageSources) == true
    }

    /// The Ready condition, and when to look again.
    private func status(
        of source: PackageSource, _ object: KubernetesObject
    ) async throws -> (ready: Condition, again: Duration?) {
        guard source.sourceRef != nil else { return (PackageSourceCondition.sourceRefNotSet.condition, nil) }
        let key = ObjectKey(namespace: CozystackNames.systemNamespace, name: source.name)
        guard let generator = caches.generators[key] else {
            return (PackageSourceCondition.generatorNotFound.condition, nil)
        }
        let now = clock.now
        if SourceWatcherRecovery.applies(to: generator, now: now) { return try await recover(generator, now: now) }
        await clearRecovery(of: generator)
        guard var ready = generator.condition("Ready") else {
            let again = Self.graceLeft(since: generator.creationTimestamp, now: now)
            return (PackageSourceCondition.generatorNotReady.condition, again)
        }
        ready.observedGeneration = nil
        let again = ready.status == .unknown ? Self.graceLeft(since: ready.lastTransitionTime, now: now) : nil
        return (ready, again)
    }

    /// Best effort: what stays is cleared at the next look.
    private func clearRecovery(of generator: KubernetesObject) async {
        do {
            try await GeneratorRecovery(client: client, cache: caches.generators).clear(generator)
        } catch {
            logger.debug("recovery not cleared", metadata: ["generator": "\(generator.name)", "error": "\(error)"])
        }
    }

    private static func graceLeft(since start: Timestamp?, now: Timestamp) -> Duration {
        let left = start.map { now.duration(to: $0.advanced(by: SourceWatcherRecovery.grace)) }
        return max(.seconds(1), left ?? SourceWatcherRecovery.grace)
    }

    private func recover(
        _ generator: KubernetesObject, now: Timestamp
    ) async throws -> (ready: Condition, again: Duration?) {
        let recovery = SourceWatcherRecovery(generator)
        switch recovery.decision(now: now) {
        case .giveUp: return (PackageSourceCondition.stalled(generator: generator.name).condition, nil)
        case .wait(let pause): return (Self.awaiting(generator, recovery.attempts), pause)
        case .force:
            let attempt = recovery.attempts + 1
            try await GeneratorRecovery(client: client, cache: caches.generators).force(
                generator, attempt: attempt, now: now)
            logger.notice("asked source-watcher again", metadata: ["generator": "\(generator.name)"])
            return (Self.awaiting(generator, attempt), SourceWatcherRecovery.backoff(after: attempt))
        }
    }

    private static func awaiting(_ generator: KubernetesObject, _ attempt: Int) -> Condition {
        PackageSourceCondition.awaitingRecovery(generator: generator.name, attempt: attempt).condition
    }

    private func write(_ ready: Condition, of source: PackageSource, _ object: KubernetesObject) async throws {
        var updated = object
        var ready = ready
        ready.observedGeneration = object.generation
        let copied = ready.lastTransitionTime
        var conditions = object.conditions
        conditions.set(ready, now: clock.now)
        if let copied, let index = conditions.firstIndex(where: { $0.type == ready.type }) {
            conditions[index].lastTransitionTime = copied
        }
        updated.conditions = conditions
        let variants = source.variants.map(\.name).joined(separator: ",")
        updated["status", "variants"] = .string(unlessEmpty: variants)
        guard updated != object else { return }
        let answer = try await client.replace(
            updated, subresource: "status", fieldManager: FieldManagers.cozystackOperator)
        caches.sources.note(answer)
    }
}
