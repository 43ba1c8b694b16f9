import Core
import HTTPClient
import PKI
import Packages

/// A file of the release is on this host with the right content.
struct AssetStep: Step {
    let asset: Release.File
    var id: String { "assets/\(asset.name)" }
    let phase = Phase.assets
    let kind = StepKind.idempotent
    let requires = ["preflight/host"]

    private static let limit = 4 << 30

    func observe(_ world: World, history: StepHistory) async throws -> Observation {
        let path = "\(world.directory.assets)/\(asset.name)"
        guard FileStore.exists(path) else { return .absent("\(asset.name) has to be fetched") }
        guard let expected = try await expectedChecksum(world) else {
            return .absent("\(asset.name) has no checksum yet")
        }
        guard try FileDigest.sha256(path) == expected else {
            return .absent("\(asset.name) on disk does not have the checksum \(expected)")
        }
        return .satisfied("sha256 \(expected)")
    }

    func act(_ world: World) async throws {
        let path = "\(world.directory.assets)/\(asset.name)"
        let expected = try await expectedChecksum(world)
        let result = try await world.http.download(
            HTTPRequest(.get, world.plan.mirrored(asset.url)), to: path, sha256: expected, limit: Self.limit)
        if expected == nil { try await world.store.setPin(result.sha256, of: asset.url) }
    }

    /// The release's checksum, or the one pinned at the first download.
    private func expectedChecksum(_ world: World) async throws -> String? {
        if let checksum = asset.sha256 { return checksum }
        return try await world.store.pin(of: asset.url)
    }
}
