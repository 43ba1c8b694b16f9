/// What an OCIRepository points at.
package struct ArtifactReference: Sendable, Hashable {
    /// With the scheme `oci://`.
    package var url: String
    package var tag: String?
    /// `sha256:…`; wins over the tag.
    package var digest: String?
    /// Plain HTTP.
    package var insecure: Bool

    package init(url: String, tag: String? = nil, digest: String? = nil, insecure: Bool = false) {
        self.url = url
        self.tag = tag
        self.digest = digest
        self.insecure = insecure
    }
}

/// An OCI artifact, fetched, verified and unpacked.
package struct FetchedArtifact: Sendable {
    /// The digest of the manifest, `sha256:…`.
    package var digest: String
    /// The annotations of the manifest.
    package var annotations: [String: String]
    package var tree: FileTree

    package init(digest: String, annotations: [String: String] = [:], tree: FileTree) {
        self.digest = digest
        self.annotations = annotations
        self.tree = tree
    }
}

/// Where the lab's source-controller gets artifacts from.
package protocol ArtifactSource: Sendable {
    func fetch(_ reference: ArtifactReference) async throws -> FetchedArtifact
}
