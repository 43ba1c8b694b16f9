import Core
import Kubernetes

/// helm-controller's part: HelmReleases are installed, upgraded and uninstalled.
struct HelmController: Sendable {
    static let finalizer = "finalizers.fluxcd.io"

    private let context: FluxContext
    private let writer: StatusWriter
    private let prerequisites: ReleasePrerequisites
    private let action: HelmAction

    init(context: FluxContext) {
        self.context = context
        writer = context.writer("helm-controller")
        prerequisites = ReleasePrerequisites(context: context)
        action = HelmAction(context: context)
    }

    func run() async {
        let queue = context.queue()
        let wakes = ReleaseWakes(context: context) { queue.add($0) }
        defer { wakes.stop() }
        await context.process(queue, .helmRelease, workers: context.options.concurrency) { try await reconcile($0) }
    }

    /// - Returns: when to look again without a reason from outside.
    private func reconcile(_ key: ObjectKey) async throws -> Duration? {
        guard let known = context.releases[key], !isWaiting(known) else { return requeueDependency }
        guard var object = try await context.client.get(.helmRelease, key.name, namespace: key.namespace) else {
            return nil
        }
        if object.isBeingDeleted {
            try await uninstall(object)
            return nil
        }
        object = try await writer.addFinalizer(Self.finalizer, to: object, .helmRelease)
        guard object["spec", "suspend"]?.bool != true else { return nil }
        do throws(NotReady) {
            let release = try await prerequisites.check(object)
            return try await perform(release, object)
        } catch {
            return try await report(error, on: object)
        }
    }

    private var requeueDependency: Duration? { context.options.requeueDependency }

    /// Whether nothing has changed for a release that waits for its dependencies: then there is nothing to ask and
    /// nothing to write.
    private func isWaiting(_ object: KubernetesObject) -> Bool {
        guard let ready = object.condition("Ready"), ready.reason == "DependencyNotReady", !object.isBeingDeleted,
            ready.observedGeneration == object.generation, object["spec", "suspend"]?.bool != true,
            let blocked = prerequisites.blockedDependency(of: object)
        else { return false }
        return ready.message == ReleasePrerequisites.message(blocked)
    }

    private func perform(_ release: PreparedRelease, _ object: KubernetesObject) async throws(NotReady) -> Duration? {
        do {
            return try await action.run(release, object)
        } catch {
            throw NotReady.broken(error)
        }
    }

    private func report(_ reason: NotReady, on object: KubernetesObject) async throws -> Duration? {
        switch reason {
        case .waiting(let condition):
            try await writer.conditions(
                object, .helmRelease,
                set: [condition, .reconciling("ProgressingWithRetry", "Fulfilling prerequisites")],
                remove: ["Stalled"])
            return requeueDependency
        case .failed(let condition):
            try await writer.conditions(
                object, .helmRelease, set: [condition, .reconciling("ProgressingWithRetry", condition.message)],
                remove: ["Stalled"])
            throw Fault(.failed, condition.message, at: object.key.description)
        case .broken(let error): throw error
        }
    }

    /// A suspended release is let go without an uninstall, as upstream does.
    private func uninstall(_ object: KubernetesObject) async throws {
        if object.finalizers.contains(Self.finalizer), object["spec", "suspend"]?.bool != true {
            try await action.uninstall(object)
        }
        try await writer.removeFinalizer(Self.finalizer, from: object, .helmRelease)
    }
}

/// Why a release is not acted upon now.
enum NotReady: Error {
    /// Something else has to happen first; it will wake the release.
    case waiting(Condition)
    /// Something is wrong; it is tried again after a pause.
    case failed(Condition)
    /// The API did not let us.
    case broken(any Error)
}
