import Core
import Kubernetes
import PKI
import Packages
import Synchronization

/// A set of objects is applied server-side: definitions and namespaces first, the rest when they are established.
struct ManifestStep: Step {
    let id: String
    let phase: Phase
    let kind = StepKind.idempotent
    let requires: [String]
    private let objects: LazyObjects

    /// - Parameter make: makes the objects; the same for the same plan.
    init(
        id: String, phase: Phase, requires: [String], make: @escaping @Sendable (World) throws -> [KubernetesObject]
    ) {
        self.id = id
        self.phase = phase
        self.requires = requires
        objects = LazyObjects(make)
    }

    /// Upstream's operator uses the same, so that either may take over from the other.
    private static let manager = FieldManagers.cozystackOperator

    func inputs(_ world: World) async throws -> String? {
        hexadecimal(SHA256.hash(try objects.value(world).flatMap { $0.json.serialized() }))
    }

    func observe(_ world: World, history: StepHistory) async throws -> Observation {
        // A server may store an object in its own way: what was applied before with the same content counts as applied.
        let digest = try await inputs(world)
        let isKnown = history.succeeded && history.inputs == digest
        let client = try await world.kubernetes()
        let wanted = try objects.value(world)
        for object in wanted {
            guard let live = try await Self.live(object, client) else {
                return .absent("\(object.kind) \(object.name) does not exist")
            }
            guard isKnown || live.hasApplied(object, by: Self.manager) else {
                return .absent("\(object.kind) \(object.name) differs from what it should be")
            }
            if live.kind == "CustomResourceDefinition", live.condition("Established")?.isTrue != true {
                return .waiting(WaitReason("CustomResourceDefinition \(live.name)", "it is not established yet"))
            }
        }
        return .satisfied("\(wanted.count) objects")
    }

    func act(_ world: World) async throws {
        try await world.kubernetes().applyManifest(
            try objects.value(world), fieldManager: Self.manager, poll: .milliseconds(100))
    }

    /// The object as it is; nil when it, or its kind, does not exist.
    private static func live(_ object: KubernetesObject, _ client: KubernetesClient) async throws -> KubernetesObject? {
        do {
            let type = try await client.resolve(apiVersion: object.apiVersion, kind: object.kind)
            return try await client.get(type, object.name, namespace: object.namespace)
        } catch let error as KubernetesError where error.isNotFound {
            return nil
        } catch let fault as Fault where fault.code == .notFound {
            return nil
        }
    }
}

/// Objects that are made once, because a manifest is large.
private final class LazyObjects: Sendable {
    private let make: @Sendable (World) throws -> [KubernetesObject]
    private let made = Mutex<[KubernetesObject]?>(nil)

    init(_ make: @escaping @Sendable (World) throws -> [KubernetesObject]) {
        self.make = make
    }

    func value(_ world: World) throws -> [KubernetesObject] {
        if let objects = made.withLock({ $0 }) { return objects }
        let objects = try make(world)
        made.withLock { $0 = objects }
        return objects
    }
}
