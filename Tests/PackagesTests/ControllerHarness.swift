import Core
import Kubernetes
import Packages
import Testing

/// The controllers over an API in memory that holds the system namespace.
struct ControllerHarness {
    let api = MemoryAPI()

    init() {
        api.put(.namespace, PlatformObjects.systemNamespace)
    }

    /// Runs the controllers while the body runs.
    func withControllers(
        clock: any WallClock = SystemWallClock(), _ body: () async throws -> Void
    ) async throws {
        let client = KubernetesClient(transport: api)
        let controllers = PackageControllers(client: client, identity: nil, clock: clock)
        let task = Task { try await controllers.run() }
        defer { task.cancel() }
        try await body()
        task.cancel()
        _ = await task.result
    }

    func eventually(_ what: Comment, _ condition: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while !condition() {
            try #require(ContinuousClock.now < deadline, what)
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    func addSource(_ name: String, needs: [String] = [], _ components: JSON = [], variant: String = "default") {
        api.put(
            .packageSource,
            KubernetesObject(
                .packageSource, name: name,
                fields: [
                    "spec": [
                        "sourceRef": [
                            "kind": "OCIRepository", "name": "charts", "namespace": "cozy-system", "path": "/",
                        ],
                        "variants": [
                            ["name": .string(variant), "dependsOn": .strings(needs), "components": components]
                        ],
                    ]
                ]))
    }

    func addPackage(_ name: String, _ spec: JSON = [:]) {
        api.put(.package, KubernetesObject(.package, name: name, fields: ["spec": spec]))
    }

    func component(_ name: String, _ install: JSON = ["namespace": "cozy-a"]) -> JSON {
        ["name": .string(name), "path": .string("system/\(name)"), "install": install]
    }

    func ready(_ name: String, _ type: ResourceType = .package) -> Condition? {
        api.get(type, name)?.condition("Ready")
    }

    func settled(_ name: String, _ reason: String) async throws -> Condition {
        try await eventually("\(name) shows \(reason)") { ready(name)?.reason == reason }
        return try #require(ready(name))
    }

    struct FixedClock: WallClock {
        let now: Timestamp
    }
}
