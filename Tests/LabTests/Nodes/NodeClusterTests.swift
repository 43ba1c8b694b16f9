import Core
import Testing

@testable import Lab

@Suite struct NodeClusterTests {
    @Test("Bootstrap climbs a ladder: runtime, role, clock, data directory")
    func ladder() {
        var ladder = BootstrapLadder(
            isContainerRuntimeHealthy: false, role: .worker, isTimeInSync: false, isEtcdEmpty: false)
        #expect(ladder.refusal == CallStatus(.failedPrecondition, "bootstrap is not available yet"))
        ladder.isContainerRuntimeHealthy = true
        #expect(
            ladder.refusal == CallStatus(.unimplemented, "bootstrap is only available on control plane nodes"))
        ladder.role = .controlPlane
        #expect(ladder.refusal == CallStatus(.failedPrecondition, "time is not in sync yet"))
        ladder.isTimeInSync = true
        #expect(ladder.refusal == CallStatus(.alreadyExists, "etcd data directory is not empty"))
        ladder.isEtcdEmpty = true
        #expect(ladder.refusal == nil)
    }

    @Test("members join as learners, one at a time, and count for the quorum once promoted")
    func learners() throws {
        var etcd = EtcdMembership()
        etcd.found(1, name: "a", address: "10.0.0.1")
        #expect(etcd.hasQuorum)
        try etcd.join(2, name: "b", address: "10.0.0.2")
        #expect(throws: CallStatus(.failedPrecondition, "etcdserver: too many learner members in cluster")) {
            try etcd.join(3, name: "c", address: "10.0.0.3")
        }
        #expect(etcd[2]?.isLearner == true)
        etcd.setRunning(2, true)
        etcd.promote(2)
        try etcd.join(3, name: "c", address: "10.0.0.3")
        etcd.promote(3)
        #expect(etcd.hasQuorum)
        etcd.setRunning(2, false)
        #expect(!etcd.hasQuorum)
        #expect(etcd.leader == nil)
        #expect(throws: CallStatus.self) { try etcd.join(4, name: "d", address: "10.0.0.4") }
    }

    @Test("a joining member throws out the one of its name")
    func duplicateName() throws {
        var etcd = EtcdMembership()
        etcd.found(1, name: "a", address: "10.0.0.1")
        try etcd.join(2, name: "a", address: "10.0.0.2")
        #expect(etcd.members.map(\.id) == [2])
        #expect(!etcd.hasQuorum)
    }

    @Test("event identifiers sort by time and tell it")
    func identifiers() {
        var identifiers = EventIdentifiers(random: SeededRandom(seed: 3))
        let all = (0..<200).map { identifiers.next(now: Timestamp(seconds: 1_700_000_000 + Int64($0 / 10))) }
        #expect(all == all.sorted())
        #expect(Set(all).count == 200)
        #expect(all.allSatisfy { EventIdentifiers.isValid($0) && $0.utf8.count == 20 })
        #expect(EventIdentifiers.seconds(of: all[55]) == 1_700_000_005)
    }

    @Test("the kubeconfig's archive lacks its end, yet GNU tar finds the file")
    func kubeconfigArchive() throws {
        let content = Array("apiVersion: v1\n".utf8)
        let tar = UnfinishedTar.archive(name: "kubeconfig", content: content, time: Timestamp(seconds: 0))
        #expect(tar.count == 512 + content.count)
        #expect(Array(tar[512...]) == content)
        let packed = Gzip.stored(tar)
        #expect(try Gzip.decompressedIfNeeded(packed, limit: 1 << 20) == tar)
    }

    @Test("the service board counts a change once, and keeps the last events")
    func services() {
        var board = ServiceBoard()
        let now = Timestamp(seconds: 0)
        let first = board.set("etcd", .waiting, "Waiting", now: now)
        let second = board.set("etcd", .waiting, "Waiting", now: now)
        #expect(first && !second)
        #expect(!board.isHealthy("etcd"))
        board.set("etcd", .running, "up", healthy: true, now: now)
        #expect(board.isHealthy("etcd"))
        for index in 0..<20 { board.set("etcd", index.isMultiple(of: 2) ? .stopping : .running, "x", now: now) }
        #expect(board["etcd"]?.events.count == 8)
    }
}
