package import Core
import SwiftProtobuf
import TalosMessages

/// What runs on a node.
package struct TalosVersion: Sendable, Hashable {
    /// Such as `v1.13.6`.
    package var tag: String
    package var sha: String
    /// `amd64`, `arm64`.
    package var arch: String
    /// `metal`, …
    package var platform: String
    /// Whether roles are enforced; only reported by a configured node.
    package var enforcesRoles: Bool
}

extension TalosClient {
    /// The node's version. A node in maintenance mode answers too (Talos 1.13 and later).
    package func version(deadline: Duration = .seconds(5)) async throws(Fault) -> TalosVersion {
        let method = TalosMethod.machine("Version")
        let response: Machine_VersionResponse = try await unary(method, Google_Protobuf_Empty(), deadline: deadline)
        let version = try single(response.messages, \.metadata, method)
        return TalosVersion(
            tag: version.version.tag, sha: version.version.sha, arch: version.version.arch,
            platform: version.platform.name, enforcesRoles: version.features.rbac)
    }
}
