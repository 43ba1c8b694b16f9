import Core
import Embedded
import Kubernetes
import Packages
import Testing

@Suite struct ProgressTests {
    private let expectation: Packages.Expectation

    init() throws {
        expectation = try Release.load(embedded: Embedded()).expected("isp-full")
    }

    private func package(_ name: String, reason: String = "ReconciliationSucceeded") -> KubernetesObject {
        var object = KubernetesObject(.package, name: name)
        let isReady = reason == "ReconciliationSucceeded"
        object.conditions = [Condition("Ready", isReady ? .yes : .no, reason: reason, message: "m")]
        return object
    }

    private func release(
        _ expected: Packages.Expectation.ExpectedRelease, _ status: Condition.Status = .yes, observed: Int = 1
    ) -> KubernetesObject {
        var object = KubernetesObject(
            .helmRelease, name: expected.reference.name, namespace: expected.reference.namespace)
        object["metadata", "generation"] = 1
        object["status", "observedGeneration"] = .int(Int64(observed))
        object.conditions = [Condition("Ready", status, reason: "InstallFailed", message: "timeout")]
        return object
    }

    @Test("Everything there and ready is complete")
    func complete() {
        let progress = PackageProgress(
            expectation, packages: expectation.packages.map { package($0.name) },
            helmReleases: expectation.helmReleases.map { release($0) })
        #expect(progress.isComplete)
        #expect(progress.packages == .init(total: 76, ready: 76))
        #expect(progress.helmReleases == .init(total: 90, ready: 90))
        #expect(progress.blockers.isEmpty)
    }

    @Test("Nothing there: the platform, and what needs nothing, are what is waited for")
    func empty() {
        let progress = PackageProgress(expectation, packages: [], helmReleases: [])
        #expect(!progress.isComplete)
        #expect(progress.helmReleases == .init(total: 90, ready: 0))
        #expect(
            progress.blockers.map(\.subject).sorted() == [
                "Package cozystack.cozystack-platform", "Package cozystack.gateway-api-crds",
                "Package cozystack.prometheus-operator-crds",
            ])
    }

    @Test("Only what stands first in the way is named, with its reason")
    func blocker() throws {
        var objects = expectation.helmReleases.filter { $0.level < 1 }.map { release($0) }
        let cilium = try #require(expectation.helmReleases.first { $0.reference.name == "cilium" })
        objects.append(release(cilium, .no))
        let packages = expectation.packages.map { package($0.name) }
        let progress = PackageProgress(expectation, packages: packages, helmReleases: objects)
        #expect(
            progress.blockers.first
                == .init(
                    subject: "HelmRelease cozy-cilium/cilium", reason: "InstallFailed: timeout", level: 1))
        #expect(!progress.blockers.contains { $0.subject.contains("kubeovn") })
    }

    @Test("A stale, suspended or vanishing HelmRelease is not ready")
    func notReady() {
        let packages = expectation.packages.map { package($0.name) }
        func reason(_ change: (inout KubernetesObject) -> Void) -> String? {
            var objects = expectation.helmReleases.map { release($0) }
            change(&objects[0])
            return PackageProgress(expectation, packages: packages, helmReleases: objects).blockers.first?.reason
        }
        #expect(reason { $0["spec", "suspend"] = true } == "is suspended")
        #expect(reason { $0["status", "observedGeneration"] = 0 }?.hasPrefix("has changed") == true)
        #expect(reason { $0.status = nil }?.hasPrefix("has not been looked at") == true)
        #expect(reason { $0["metadata", "deletionTimestamp"] = "2026-01-01T00:00:00Z" } == "is being deleted")
    }
}
