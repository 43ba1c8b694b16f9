import Core
package import Kubernetes

/// How far a cluster is from what is expected of it, read from its Packages and HelmReleases.
///
/// A Package counts when its HelmReleases are written; health is read from the HelmReleases alone.
package struct PackageProgress: Sendable, Hashable {
    package struct Count: Sendable, Hashable {
        package var total: Int
        package var ready: Int

        package init(total: Int, ready: Int) {
            self.total = total
            self.ready = ready
        }
    }

    /// Something that is not ready although all that it needs is.
    package struct Blocker: Sendable, Hashable {
        /// For example `HelmRelease cozy-cilium/cilium`.
        package var subject: String
        package var reason: String
        /// The level of the HelmRelease, or of the Package whose HelmReleases are missing.
        package var level: Int

        package init(subject: String, reason: String, level: Int) {
            self.subject = subject
            self.reason = reason
            self.level = level
        }
    }

    package var packages: Count
    package var helmReleases: Count
    /// What everything else waits for, lowest level first.
    package var blockers: [Blocker]

    package var isComplete: Bool {
        packages.ready == packages.total && helmReleases.ready == helmReleases.total
    }

    /// - Parameters:
    ///   - packages: all Packages of the cluster.
    ///   - helmReleases: all HelmReleases of Packages.
    package init(_ expectation: Expectation, packages: [KubernetesObject], helmReleases: [KubernetesObject]) {
        let livePackages = Dictionary(packages.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let liveReleases = Dictionary(
            helmReleases.map { (ReleaseReference($0), $0) }, uniquingKeysWith: { first, _ in first })
        let problems = Dictionary(
            expectation.helmReleases.map { ($0.reference, Self.problem(liveReleases[$0.reference])) },
            uniquingKeysWith: { first, _ in first })
        self.packages = Count(
            total: expectation.packages.count,
            ready: expectation.packages.count { Self.isWritten(livePackages[$0.name]) })
        self.helmReleases = Count(
            total: problems.count, ready: problems.values.count { $0 == nil })
        var missing: Set<String> = []
        blockers = []
        for release in expectation.helmReleases {
            guard let problem = problems[release.reference] ?? nil else { continue }
            guard release.dependsOn.allSatisfy({ (problems[$0] ?? nil) == nil }) else { continue }
            if liveReleases[release.reference] != nil {
                blockers.append(
                    Blocker(subject: "HelmRelease \(release.reference)", reason: problem, level: release.level))
            } else if missing.insert(release.package).inserted {
                let reason = Self.packageProblem(livePackages[release.package])
                blockers.append(Blocker(subject: "Package \(release.package)", reason: reason, level: release.level))
            }
        }
    }

    /// Whether the HelmReleases of a Package are written as its present generation wants them. Upstream's operator does
    /// not say which generation it has seen.
    private static func isWritten(_ package: KubernetesObject?) -> Bool {
        guard let package, let ready = package.condition("Ready") else { return false }
        return ready.isTrue && (ready.observedGeneration ?? package.generation) == package.generation
    }

    /// Why a HelmRelease is not done; nil when it is.
    private static func problem(_ release: KubernetesObject?) -> String? {
        guard let release else { return "does not exist" }
        if release.isBeingDeleted { return "is being deleted" }
        if release["spec", "suspend"]?.bool == true { return "is suspended" }
        guard let ready = release.condition("Ready") else { return "has not been looked at by helm-controller" }
        guard release.observedGeneration == nil || release.observedGeneration == release.generation else {
            return "has changed, and helm-controller has not looked at it since"
        }
        return ready.isTrue ? nil : "\(ready.reason): \(ready.message)"
    }

    /// Why the HelmReleases of a Package do not exist.
    private static func packageProblem(_ package: KubernetesObject?) -> String {
        guard let package else { return "does not exist" }
        guard let ready = package.condition("Ready") else { return "has not been looked at by the package controller" }
        return ready.isTrue ? "its HelmReleases are gone" : "\(ready.reason): \(ready.message)"
    }
}

extension ReleaseReference {
    /// The reference to a HelmRelease object.
    package init(_ release: KubernetesObject) {
        self.init(namespace: release.namespace ?? "", name: release.name)
    }
}
