import Core
import Testing

@Suite("init in the lab", .serialized)
struct InitInLabTests {
    @Test("isp-full comes up with what the release says, and a second init changes nothing")
    func buildsIspFull() async throws {
        try await LabState.with { state in
            let first = try await state.initialise()
            #expect(first.exitCode == 0, "\(first.errors)\(first.output)")
            #expect(first.output.contains("3 of 3 nodes Ready, 76/76 Packages, 90/90 HelmReleases Ready"))
            #expect(first.output.contains("etcd bootstrapped once"))

            #expect(try await state.objects("packages.cozystack.io").count == 76)
            #expect(try await state.objects("packagesources.cozystack.io").count == 99)
            #expect(try await state.objects("artifactgenerators").count == 99)
            #expect(try await state.objects("externalartifacts").count == 207)
            try await compareReleases(state, variant: "isp-full")

            let before = try state.accessLog()
            #expect(Self.clusters(before) == 1)
            let second = try await state.initialise()
            #expect(second.exitCode == 0, "\(second.errors)")
            #expect(second.output.contains("Nothing had to be changed."))
            let calls = try state.accessLog().dropFirst(before.count)
            let writes = calls.filter { $0["write"]?.bool == true && !Self.isOfTheLab($0) }
            #expect(writes.isEmpty, "\(writes)")
            #expect(calls.contains { $0["service"]?.string == "talos" })
            #expect(calls.contains { $0["service"]?.string == "kubernetes" })
        }
    }

    @Test("isp-full-generic comes up as well")
    func buildsIspFullGeneric() async throws {
        try await LabState.with { state in
            let outcome = try await state.initialise("isp-full-generic")
            #expect(outcome.exitCode == 0, "\(outcome.errors)\(outcome.output)")
            try await compareReleases(state, variant: "isp-full-generic")
        }
    }

    @Test(
        "A variant that cannot become ready is refused before anything is started",
        arguments: [("distro-full", "Cozystack 0.x"), ("isp-hosted", "cannot become ready")])
    func refusesVariant(variant: String, why: String) async throws {
        try await LabState.with { state in
            let outcome = try await state.initialise(variant)
            #expect(outcome.exitCode == 3)
            #expect(outcome.errors.contains(why), "\(outcome.errors)")
            #expect(!FileStore.exists("\(state.directory)/datacenter"))
        }
    }

    @Test("With push delivery the configs go over connections pinned to the keys of the kernel logs")
    func pushesConfigs() async throws {
        try await LabState.with { state in
            let up = try await Product.run(["lab", "up", "--nodes", "4", "--state-dir", state.directory])
            #expect(up.exitCode == 0, "\(up.errors)")
            let spec = try await Product.run(["lab", "spec", "isp-full", "--state-dir", state.directory])
            let pushed = spec.output.replacing("{method: pull}", with: "{method: push, trust: kernel-log}")
            #expect(pushed != spec.output)
            let file = "\(state.directory)/cluster.yaml"
            try FileStore.replace(file, with: Array(pushed.utf8))
            let outcome = try await state.initialise("isp-full", ["-f", file])
            #expect(outcome.exitCode == 0, "\(outcome.errors)\(outcome.output)")
            #expect(outcome.output.contains("4 of 4 nodes Ready"))
            let applied = try state.accessLog().filter {
                $0["call"]?.string?.hasSuffix("ApplyConfiguration") == true && $0["status"]?.string == "OK"
            }
            #expect(applied.count == 4)
        }
    }

    @Test("A hundred nodes come up")
    func buildsHundredNodes() async throws {
        try await LabState.with { state in
            let outcome = try await state.initialise("isp-full", ["--nodes", "100"])
            #expect(outcome.exitCode == 0, "\(outcome.errors)\(outcome.output)")
            #expect(outcome.output.contains("100 of 100 nodes Ready"))
        }
    }

    /// How many etcd clusters the lab's nodes have formed.
    static func clusters(_ log: [JSON]) -> Int {
        log.count { $0["service"]?.string == "etcd" && $0["call"]?.string?.hasPrefix("cluster-created") == true }
    }

    /// Calls of the lab's own kubelets and controllers.
    static func isOfTheLab(_ call: JSON) -> Bool {
        call["client"]?.string?.contains("lab-") == true
    }

    private func compareReleases(_ state: LabState, variant: String) async throws {
        let expected = try SharedData.releases(of: variant)
        let live = try await state.objects("helmreleases.helm.toolkit.fluxcd.io")
        #expect(live.count == expected.count + 1)
        let byName = Dictionary(
            live.map { (SharedData.name($0["metadata"] ?? .null), $0) }, uniquingKeysWith: { first, _ in first })
        for release in expected {
            let name = release["release"]?.string ?? ""
            let spec = try #require(byName[name]?["spec"], "HelmRelease \(name) is missing")
            let dependsOn = (spec["dependsOn"]?.array ?? []).map(SharedData.name)
            #expect(Set(dependsOn) == Set(release["dependsOn"]?.array?.compactMap(\.string) ?? []), "\(name)")
            #expect(spec["chartRef"]?["name"] == release["artifact"], "\(name)")
            #expect(spec["chartRef"]?["kind"]?.string == "ExternalArtifact")
        }
    }
}
