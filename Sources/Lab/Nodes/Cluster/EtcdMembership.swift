/// The members of one etcd cluster, without any network: joining as a learner, promotion, quorum.
struct EtcdMembership: Sendable, Hashable {
    struct Member: Sendable, Hashable {
        let id: UInt64
        let name: String
        let address: String
        var isLearner: Bool
        var isRunning: Bool

        var peerURL: String { "https://\(address):2380" }
        var clientURL: String { "https://\(address):2379" }
    }

    /// In the order of joining.
    private(set) var members: [Member] = []

    private var voters: [Member] { members.filter { !$0.isLearner } }

    /// More than half of the voters run.
    var hasQuorum: Bool { voters.count(where: \.isRunning) > voters.count / 2 }

    /// The first running voter; nil without a quorum.
    var leader: UInt64? { hasQuorum ? voters.first(where: \.isRunning)?.id : nil }

    subscript(id: UInt64) -> Member? { members.first { $0.id == id } }

    /// The member that makes the cluster. It votes from the beginning.
    mutating func found(_ id: UInt64, name: String, address: String) {
        members = [Member(id: id, name: name, address: address, isLearner: false, isRunning: true)]
    }

    /// Adds a learner. A member of the same name is thrown out first, as a joining Talos node does.
    ///
    /// - Throws: ``CallStatus`` as etcd answers while another learner is there, or without a quorum.
    mutating func join(_ id: UInt64, name: String, address: String) throws(CallStatus) {
        guard hasQuorum else { throw CallStatus(.unavailable, "etcdserver: no leader") }
        members.removeAll { $0.name == name }
        guard !members.contains(where: \.isLearner) else {
            throw CallStatus(.failedPrecondition, "etcdserver: too many learner members in cluster")
        }
        members.append(Member(id: id, name: name, address: address, isLearner: true, isRunning: false))
    }

    mutating func promote(_ id: UInt64) {
        update(id) { $0.isLearner = false }
    }

    mutating func setRunning(_ id: UInt64, _ isRunning: Bool) {
        update(id) { $0.isRunning = isRunning }
    }

    mutating func remove(_ id: UInt64) {
        members.removeAll { $0.id == id }
    }

    private mutating func update(_ id: UInt64, _ change: (inout Member) -> Void) {
        if let index = members.firstIndex(where: { $0.id == id }) { change(&members[index]) }
    }
}
