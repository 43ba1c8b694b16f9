import Core
import Kubernetes
import Lab
import Testing

/// A cluster with Flux and one small source, for tests of single objects.
struct FluxWorld: Sendable {
    static let namespace = "cozy-system"
    private static let kinds: Set<String> = ["OCIRepository", "ExternalArtifact", "ArtifactGenerator", "HelmRelease"]

    let cluster: LabCluster
    let source: FileSource

    var client: KubernetesClient { cluster.client }

    /// Runs a body in such a cluster.
    static func run(
        options: LabFluxOptions = LabFluxOptions(installDuration: .milliseconds(2)),
        _ body: @Sendable (FluxWorld) async throws -> Void
    ) async throws {
        let source = FileSource(texts: [
            "charts/a/Chart.yaml": "name: a\nversion: 1.2.3\n", "charts/a/values.yaml": "x: 1\n",
            "charts/b/Chart.yaml": "name: b\nversion: 1.0.0\n",
        ])
        try await LabCluster.run { cluster in
            try await cluster.installFlux(only: kinds)
            try await cluster.register(node: "n1")
            let flux = LabFlux(client: try cluster.client(LabFlux.userAgent), source: source, options: options)
            let world = FluxWorld(cluster: cluster, source: source)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await flux.run() }
                try await world.point(at: "sha256:1")
                try await body(world)
                group.cancelAll()
            }
        }
    }

    /// Makes the source point at another digest, so that it is pulled.
    func point(at digest: String) async throws {
        try await client.apply(
            KubernetesObject(
                .ociRepository, name: "src", namespace: Self.namespace,
                fields: [
                    "spec": [
                        "interval": "5m", "url": "oci://registry.example.org/packages",
                        "ref": ["digest": .string(digest)],
                    ]
                ]), fieldManager: "test", force: true)
    }

    /// A generator whose artifacts are charts of these names.
    func generate(_ charts: [String], name: String = "gen", copies: JSON? = nil) async throws {
        let artifacts: [JSON] = charts.map { chart in
            let copy: JSON = ["from": .string("@src/charts/\(chart)/**"), "to": .string("@artifact/\(chart)/")]
            return ["name": .string("chart-\(chart)"), "copy": copies ?? .array([copy])]
        }
        try await client.apply(
            KubernetesObject(
                .artifactGenerator, name: name, namespace: Self.namespace,
                fields: [
                    "spec": [
                        "sources": [
                            [
                                "alias": "src", "kind": "OCIRepository", "name": "src",
                                "namespace": .string(Self.namespace),
                            ]
                        ],
                        "artifacts": .array(artifacts),
                    ]
                ]), fieldManager: "test", force: true)
    }

    /// A release of one of the charts.
    func release(_ name: String, chart: String = "a", _ spec: [String: JSON] = [:]) async throws {
        var fields: [String: JSON] = [
            "interval": "5m", "maxHistory": 3,
            "chartRef": [
                "kind": "ExternalArtifact", "name": .string("chart-\(chart)"), "namespace": .string(Self.namespace),
            ],
            "install": ["timeout": "10m", "strategy": ["name": "RetryOnFailure", "retryInterval": "30s"]],
            "upgrade": ["timeout": "10m", "strategy": ["name": "RetryOnFailure", "retryInterval": "30s"]],
        ]
        fields.merge(spec) { $1 }
        try await client.apply(
            KubernetesObject(.helmRelease, name: name, namespace: Self.namespace, fields: ["spec": .object(fields)]),
            fieldManager: "test", force: true)
    }

    func helmRelease(_ name: String) async throws -> KubernetesObject? {
        try await client.get(.helmRelease, name, namespace: Self.namespace)
    }

    func generator(_ name: String = "gen") async throws -> KubernetesObject? {
        try await client.get(.artifactGenerator, name, namespace: Self.namespace)
    }

    /// The status of each record of a release, oldest first.
    func records(_ release: String) async throws -> [String] {
        try await client.list(.secret, namespace: Self.namespace, labels: "owner=helm,name=\(release)").items
            .sorted { (Int($0.labels["version"] ?? "") ?? 0) < (Int($1.labels["version"] ?? "") ?? 0) }
            .map { $0.labels["status"] ?? "" }
    }

    /// Waits until a release's Ready condition has a reason.
    func wait(
        _ release: String, for reason: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws
        -> KubernetesObject
    {
        var last: KubernetesObject?
        let isThere = try await eventually {
            last = try await helmRelease(release)
            return last?.condition("Ready")?.reason == reason
                && last?.condition("Ready")?.observedGeneration == last?.generation
        }
        #expect(isThere, "\(release): \(last?.status ?? .null)", sourceLocation: sourceLocation)
        return try #require(last)
    }
}
