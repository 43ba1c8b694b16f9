import Core
import Embedded
import Kubernetes
import Packages
import Testing

@Suite(.timeLimit(.minutes(2))) struct TakeoverTests {
    private let harness = ControllerHarness()

    private var holder: String? {
        harness.api.get(.lease, "cozystack-operator.cozystack.io", namespace: "cozy-system")?[
            "spec", "holderIdentity"]?.string
    }

    private func controllers(_ identity: String) -> Task<Void, any Error> {
        let client = KubernetesClient(transport: harness.api)
        let timing = LeaseElection.Timing(
            duration: .seconds(15), renewDeadline: .seconds(10), retry: .milliseconds(20))
        let controllers = PackageControllers(client: client, identity: identity, timing: timing)
        return Task { try await controllers.run() }
    }

    @Test("Two operators exclude each other through upstream's Lease, and the second takes over when the first ends")
    func lease() async throws {
        harness.addSource("a", [harness.component("x")])
        harness.addPackage("a")
        let first = controllers("first")
        _ = try await harness.settled("a", "ReconciliationSucceeded")
        #expect(holder == "first")
        let second = controllers("second")
        defer { second.cancel() }
        first.cancel()
        _ = await first.result
        harness.addSource("b", [harness.component("y")])
        harness.addPackage("b")
        _ = try await harness.settled("b", "ReconciliationSucceeded")
        #expect(holder == "second")
        second.cancel()
        _ = await second.result
        #expect(holder == "")
    }

    @Test("Ended at any moment and started again, the controllers come to the same objects")
    func interruptions() async throws {
        let release = try Release.load(embedded: Embedded())
        let chart = PlatformChart(release.catalogue)
        for object in chart.render(variant: "isp-full", source: PlatformObjects.source(release.source)) {
            switch object.kind {
            case "PackageSource": harness.api.put(.packageSource, object)
            case "Package": harness.api.put(.package, object)
            case "Secret": harness.api.put(.secret, object)
            default: break
            }
        }
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<15 {
            let life = Int.random(in: 5...60, using: &generator)
            try await harness.withControllers { try await Task.sleep(for: .milliseconds(life)) }
        }
        try await harness.withControllers {
            try await harness.eventually("all Packages are ready") { harness.api.all(.package).allSatisfy(\.isReady) }
            try await harness.eventually("all generators") { harness.api.all(.artifactGenerator).count == 98 }
        }
        let expected = try release.expected("isp-full").helmReleases.filter {
            $0.package != PlatformObjects.packageName
        }
        let releases = harness.api.all(.helmRelease)
        #expect(releases.count == expected.count)
        #expect(Set(releases.map { ReleaseReference($0) }) == Set(expected.map(\.reference)))
        #expect(releases.allSatisfy { $0.generation == 1 }, "nothing was written twice")
    }
}
