import Core
import Testing

@Suite("Killed at any moment", .serialized)
struct KillTests {
    /// How many kills one test deals out.
    private static let kills = 50
    /// A run that is not killed takes about this long; kills fall into this span.
    private static let span = 0.02...6.0

    @Test("Fifty kills at random moments lead to the same cluster, with etcd formed once")
    func survivesKills() async throws {
        var random = SplitMix(seed: 20_261_121)
        var dealt = 0
        while dealt < Self.kills {
            dealt += try await LabState.with { state in
                _ = try await Product.run(["lab", "up", "--state-dir", state.directory])
                let kills = try await Self.killUntilDone(state, &random, atMost: Self.kills - dealt)
                try await Self.checkEnd(state)
                return kills
            }
        }
        #expect(dealt >= Self.kills)
    }

    /// Kills one run after the other until one gets through.
    ///
    /// - Returns: how many were killed.
    private static func killUntilDone(_ state: LabState, _ random: inout SplitMix, atMost: Int) async throws -> Int {
        var killed = 0
        while killed < atMost {
            let limit = Duration.seconds(Double.random(in: span, using: &random))
            let outcome = try await state.initialise(killAfter: limit)
            guard outcome.exitCode == nil else {
                #expect(outcome.exitCode == 0, "\(outcome.errors)")
                break
            }
            killed += 1
        }
        return max(killed, 1)
    }

    private static func checkEnd(_ state: LabState) async throws {
        let last = try await state.initialise()
        #expect(last.exitCode == 0, "\(last.errors)\(last.output)")
        #expect(last.output.contains("76/76 Packages, 90/90 HelmReleases Ready"))
        #expect(InitInLabTests.clusters(try state.accessLog()) == 1)
        let releases = try await state.objects("helmreleases.helm.toolkit.fluxcd.io")
        #expect(releases.count == 90)
        #expect(releases.allSatisfy { $0[["spec", "suspend"]]?.bool != true })
    }
}

/// A small seeded generator (SplitMix64), so that a failing run can be repeated.
private struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
