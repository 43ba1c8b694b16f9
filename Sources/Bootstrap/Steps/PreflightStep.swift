import Core
import Glibc

/// The provisioning host can carry the run: there is room on the disk and the clock is plausible.
struct PreflightStep: Step {
    let id = "preflight/host"
    let phase = Phase.preflight
    let kind = StepKind.wait
    let requires: [String] = []

    /// Kernel, initramfs, manifests and the journal of a run, with room to spare.
    private static let neededBytes: UInt64 = 1 << 30
    /// A certificate made before this moment would not be valid when a node checks it: 2026-01-01.
    private static let earliest = Timestamp(seconds: 1_767_225_600)

    func observe(_ world: World, history: StepHistory) async throws -> Observation {
        guard world.clock.now > Self.earliest else {
            return .conflicting(
                Fault(
                    .refused, "the clock of this host stands at \(world.clock.now)",
                    why: "certificates made now would not be valid on the nodes",
                    next: "set the clock, for example with NTP"
                ))
        }
        var space = statvfs()
        guard statvfs(world.directory.path, &space) == 0 else {
            throw Fault(.failed, "cannot read the free space", at: world.directory.path)
        }
        let free = UInt64(space.f_bavail) * UInt64(space.f_frsize)
        guard free >= Self.neededBytes else {
            return .conflicting(
                Fault(
                    .refused, "there are \(free >> 20) MiB free", at: world.directory.path,
                    why: "a run needs \(Self.neededBytes >> 20) MiB", next: "make room or choose another --state-dir"))
        }
        return .satisfied("\(free >> 30) GiB free")
    }
}
