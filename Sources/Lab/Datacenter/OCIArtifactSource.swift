import Core
import HTTPClient
import OCI

/// How the lab's source-controller pulls: through the OCI room, from whatever registry the reference names.
struct OCIArtifactSource: ArtifactSource {
    let http: HTTPClient

    func fetch(_ reference: ArtifactReference) async throws -> FetchedArtifact {
        var target = try OCIReference(reference.url)
        target.tag = reference.tag ?? target.tag
        if let text = reference.digest {
            guard let digest = OCIDigest(text) else {
                throw Fault(.usage, "\"\(text)\" is no digest", at: reference.url)
            }
            target.digest = digest
        }
        var configuration = OCIClientConfiguration()
        if reference.insecure { configuration.insecure = [target.registry] }
        let pulled = try await OCIClient(http: http, configuration: configuration).pullFluxArtifact(target)
        return FetchedArtifact(
            digest: pulled.digest.description, annotations: pulled.annotations,
            tree: FileTree(pulled.files.mapValues(\.bytes)))
    }
}
