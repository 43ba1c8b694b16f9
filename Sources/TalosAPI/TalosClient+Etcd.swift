package import Core
import SwiftProtobuf
import TalosMessages

/// A member of the etcd cluster.
package struct EtcdMember: Sendable, Hashable {
    package var id: UInt64
    package var hostname: String
    package var peerURLs: [String]
    package var clientURLs: [String]
    /// Still catching up, without a vote.
    package var isLearner: Bool
}

/// How etcd is on one node.
package struct EtcdStatus: Sendable, Hashable {
    package var memberID: UInt64
    /// The leader's member id; 0 when there is none.
    package var leader: UInt64
    package var isLearner: Bool
    package var raftIndex: UInt64
    package var raftTerm: UInt64
    package var raftAppliedIndex: UInt64
    /// Bytes.
    package var databaseSize: Int64
    package var errors: [String]
}

extension TalosClient {
    /// The members of etcd.
    ///
    /// - Parameter local: as the etcd on this node knows them, without asking the quorum.
    package func etcdMembers(local: Bool = false, deadline: Duration = .seconds(10)) async throws(Fault) -> [EtcdMember]
    {
        let method = TalosMethod.machine("EtcdMemberList")
        var request = Machine_EtcdMemberListRequest()
        request.queryLocal = local
        let response: Machine_EtcdMemberListResponse = try await unary(method, request, deadline: deadline)
        return try single(response.messages, \.metadata, method).members.map { member in
            EtcdMember(
                id: member.id, hostname: member.hostname, peerURLs: member.peerUrls, clientURLs: member.clientUrls,
                isLearner: member.isLearner)
        }
    }

    /// How etcd is on this node.
    package func etcdStatus(deadline: Duration = .seconds(10)) async throws(Fault) -> EtcdStatus {
        let method = TalosMethod.machine("EtcdStatus")
        let response: Machine_EtcdStatusResponse = try await unary(method, Google_Protobuf_Empty(), deadline: deadline)
        let status = try single(response.messages, \.metadata, method).memberStatus
        return EtcdStatus(
            memberID: status.memberID, leader: status.leader, isLearner: status.isLearner, raftIndex: status.raftIndex,
            raftTerm: status.raftTerm, raftAppliedIndex: status.raftAppliedIndex, databaseSize: status.dbSize,
            errors: status.errors)
    }
}
