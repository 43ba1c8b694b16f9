import Core
import OCI

/// What a registry holds, and its answers, without sockets.
struct RegistryContent: Sendable {
    struct Answer: Sendable, Hashable {
        var status: Int
        var type = "application/json"
        var digest: String?
        var body: [UInt8]
    }

    private struct Repository: Sendable {
        var manifests: [String: [UInt8]] = [:]
        var types: [String: String] = [:]
        /// Tags, each with the digest it points at.
        var tags: [String: String] = [:]
        var blobs: [String: [UInt8]] = [:]
    }

    private var repositories: [String: Repository] = [:]

    mutating func add(_ artifact: FluxArtifact, repository name: String, tags: [String]) {
        var repository = repositories[name] ?? Repository()
        let digest = artifact.digest.description
        repository.manifests[digest] = artifact.manifestBytes
        repository.types[digest] = artifact.manifest.mediaType
        for blob in [artifact.config, artifact.layer] { repository.blobs[OCIDigest(of: blob).description] = blob }
        for tag in tags { repository.tags[tag] = digest }
        repositories[name] = repository
    }

    /// The answer to a request; HEAD gets what GET gets.
    func answer(_ method: String, _ path: String) -> Answer {
        guard path == "/v2" || path.hasPrefix("/v2/") else { return failure(404, "NOT_FOUND", "no such path") }
        guard method == "GET" || method == "HEAD" else {
            return failure(405, "UNSUPPORTED", "the registry is read-only")
        }
        var parts = path.split(separator: "/").dropFirst().map(String.init)
        guard parts.count > 2, let last = parts.popLast(), let kind = parts.popLast() else {
            return catalog(parts)
        }
        guard let repository = repositories[parts.joined(separator: "/")] else {
            return failure(404, "NAME_UNKNOWN", "repository name not known to registry")
        }
        switch kind {
        case "manifests": return manifest(last, repository)
        case "blobs":
            guard let blob = repository.blobs[last] else { return failure(404, "BLOB_UNKNOWN", "blob unknown") }
            return Answer(status: 200, type: "application/octet-stream", digest: last, body: blob)
        case "tags" where last == "list":
            let fields: JSON = [
                "name": .string(parts.joined(separator: "/")), "tags": .strings(repository.tags.keys.sorted()),
            ]
            return Answer(status: 200, body: fields.serialized())
        default: return failure(404, "NOT_FOUND", "no such path")
        }
    }

    private func manifest(_ name: String, _ repository: Repository) -> Answer {
        let digest = repository.tags[name] ?? name
        guard let bytes = repository.manifests[digest] else {
            return failure(404, "MANIFEST_UNKNOWN", "manifest unknown")
        }
        return Answer(status: 200, type: repository.types[digest] ?? OCIManifest.imageType, digest: digest, body: bytes)
    }

    private func catalog(_ parts: [String]) -> Answer {
        switch parts {
        case []: Answer(status: 200, body: Array("{}".utf8))
        case ["_catalog"]:
            Answer(
                status: 200, body: JSON.object(["repositories": .strings(repositories.keys.sorted())]).serialized())
        default: failure(404, "NOT_FOUND", "no such path")
        }
    }

    private func failure(_ status: Int, _ code: String, _ message: String) -> Answer {
        let error: JSON = ["code": .string(code), "message": .string(message)]
        return Answer(status: status, body: JSON.object(["errors": .array([error])]).serialized())
    }
}
