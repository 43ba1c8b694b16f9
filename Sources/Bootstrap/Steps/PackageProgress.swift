import Core
import Inventory
import Kubernetes
import Packages

/// How far the packages of the plan's variant are.
struct PackageProgress: Sendable {
    var packages = RunStatus.Count()
    var helmReleases = RunStatus.Count()
    /// The first thing that is missing, by level.
    var missing: WaitReason?

    var isComplete: Bool { missing == nil }

    static func read(_ world: World) async throws -> PackageProgress {
        let client = try await world.kubernetes()
        let expectation = try world.release.expected(world.plan.variant, values: world.plan.platformValues)
        async let packages = client.list(.package)
        async let releases = client.list(.helmRelease)
        return try await PackageProgress(expectation, packages: packages.items, releases: releases.items)
    }

    init(_ expectation: Expectation, packages: [KubernetesObject], releases: [KubernetesObject]) {
        let packagesByName = Dictionary(packages.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        let releasesByName = Dictionary(releases.map { (Self.name($0), $0) }, uniquingKeysWith: { $1 })
        self.packages.total = expectation.packages.count
        helmReleases.total = expectation.helmReleases.count
        for release in expectation.helmReleases {
            let name = release.reference.description
            if let reason = Self.unready(releasesByName[name]) {
                missing = missing ?? WaitReason("HelmRelease \(name)", reason)
            } else {
                helmReleases.ready += 1
            }
        }
        for package in expectation.packages {
            if let reason = Self.unready(packagesByName[package.name]) {
                missing = missing ?? WaitReason("Package \(package.name)", reason)
            } else {
                self.packages.ready += 1
            }
        }
    }

    /// Why an object is not Ready for its present generation; nil when it is.
    private static func unready(_ object: KubernetesObject?) -> String? {
        guard let object else { return "it does not exist yet" }
        if object["spec", "suspend"]?.bool == true { return "it is suspended" }
        guard let ready = object.condition("Ready") else { return "it has not been looked at yet" }
        if let observed = object.observedGeneration, observed != object.generation {
            return "its last change has not been looked at yet"
        }
        return ready.isTrue ? nil : "\(ready.reason): \(ready.message)"
    }

    private static func name(_ object: KubernetesObject) -> String {
        "\(object.namespace ?? "")/\(object.name)"
    }
}
