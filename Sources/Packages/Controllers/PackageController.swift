import Core
import Kubernetes
import Logging

/// Makes the namespaces and HelmReleases of each Package, once its dependencies are ready.
struct PackageController: Sendable {
    private let client: KubernetesClient
    private let caches: ControllerCaches
    private let settings: HelmReleaseSettings
    private let clock: any WallClock
    private let logger: Logger
    private let writer: HelmReleaseWriter
    private let queue = WorkQueue<String>()

    init(
        client: KubernetesClient, caches: ControllerCaches, settings: HelmReleaseSettings, clock: any WallClock,
        logger: Logger
    ) {
        self.client = client
        self.caches = caches
        self.settings = settings
        self.clock = clock
        self.logger = logger
        writer = HelmReleaseWriter(client: client, caches: caches)
        let queue = queue
        caches.packages.onChange { [weak caches] change in
            queue.add(change.key.name)
            for name in caches?.world.dependents(of: change.key.name) ?? [] { queue.add(name) }
        }
        caches.sources.onChange { queue.add($0.key.name) }
        caches.releases.onChange { change in
            for owner in change.object.ownerReferences where owner.kind == ResourceType.package.kind {
                queue.add(owner.name)
            }
        }
    }

    /// Works until the task is cancelled. One worker, because Packages share namespaces.
    func run() async {
        let logger = logger
        await queue.process(
            workers: 1,
            onFailure: { name, error in
                logger.warning("Package not reconciled", metadata: ["name": "\(name)", "error": "\(error)"])
            },
            work: { name in
                try await reconcile(name)
                return nil
            })
    }

    private func reconcile(_ name: String) async throws {
        guard let object = caches.packages[name], let uid = object.uid else { return }
        var world = caches.world
        let package = Package(object.json)
        world.packages[name] = package
        guard let source = world.sources[name] else {
            return try await write(.sourceNotFound(name), to: object)
        }
        guard let active = world.active(name) else {
            return try await write(.variantNotFound(package.effectiveVariant, source: source.name), to: object)
        }
        if let component = active.installed.first(where: { $0.reference.namespace.isEmpty }) {
            try await write(.emptyNamespace(component: component.name), to: object)
            throw Fault(.failed, "Component \(component.name) of Package \(name) has no namespace")
        }
        for namespace in Set(active.installed.map(\.reference.namespace)).sorted() {
            try await apply(world.namespace(namespace))
        }
        let dependencies = Dictionary(
            active.dependencies.map { ($0, world.packages[$0]?.isReady ?? false) },
            uniquingKeysWith: { first, _ in first })
        guard dependencies.values.allSatisfy({ $0 }) else {
            return try await write(.dependenciesNotReady, dependencies, to: object)
        }
        try await install(active, uid: uid, in: world, dependencies, object)
    }

    private func install(
        _ active: ActivePackage, uid: String, in world: PackageWorld, _ dependencies: [String: Bool],
        _ object: KubernetesObject
    ) async throws {
        for component in active.installed {
            let dependsOn: [ReleaseReference]
            do throws(DependsOnFailure) {
                dependsOn = try world.releaseDependencies(of: component, in: active)
            } catch {
                let problem = PackageCondition.dependsOnFailed(component: component.name, why: error.description)
                return try await write(problem, dependencies, to: object)
            }
            let release = active.helmRelease(for: component, uid: uid, dependsOn: dependsOn, settings: settings)
            do {
                if let release { try await writer.write(release, of: active.package.name, in: world) }
            } catch {
                if Task.isCancelled { throw error }
                let problem = PackageCondition.helmReleaseFailed(component.releaseName, why: "\(error)")
                try await write(problem, dependencies, to: object)
                throw error
            }
        }
        let desired = Set(active.installed.map(\.reference))
        await writer.removeOrphans(of: active.package.name, keeping: desired, logger: logger)
        try await write(.reconciled(releases: active.installed.count), dependencies, to: object)
    }

    private func apply(_ namespace: KubernetesObject) async throws {
        guard caches.namespaces[namespace.key]?.hasApplied(namespace, by: FieldManagers.packages) != true else {
            return
        }
        let answer = try await client.apply(namespace, fieldManager: FieldManagers.packages, force: true)
        caches.namespaces.note(answer)
    }

    /// - Parameter dependencies: `status.dependencies`; nil leaves it as it is.
    private func write(
        _ ready: PackageCondition, _ dependencies: [String: Bool]? = nil, to object: KubernetesObject
    ) async throws {
        var updated = object
        var conditions = object.conditions
        var condition = ready.condition
        condition.observedGeneration = object.generation
        conditions.set(condition, now: clock.now)
        updated.conditions = conditions
        if let dependencies {
            let entries = dependencies.mapValues { JSON.object(["ready": .bool($0)]) }
            updated["status", "dependencies"] = entries.isEmpty ? nil : .object(entries)
        }
        guard updated != object else { return }
        let answer = try await client.replace(
            updated, subresource: "status", fieldManager: FieldManagers.cozystackOperator)
        caches.packages.note(answer)
    }
}
