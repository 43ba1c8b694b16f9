package import Core
package import HTTPClient

/// Pulls from OCI registries (distribution specification 1.1): every byte is verified against its digest.
package struct OCIClient: Sendable {
    /// A manifest and the digest that it was verified to have.
    package struct Resolved: Sendable, Hashable {
        package let digest: OCIDigest
        package let manifest: OCIManifest
        /// As the registry serves it.
        package let bytes: [UInt8]
    }

    static let manifestLimit = 4 << 20

    let http: HTTPClient
    let configuration: OCIClientConfiguration
    let tokens = TokenCache()

    package init(http: HTTPClient, configuration: OCIClientConfiguration = OCIClientConfiguration()) {
        self.http = http
        self.configuration = configuration
    }

    /// Fetches a manifest by digest or tag.
    ///
    /// - Parameter platform: `linux/amd64`, to choose from an index; nil returns the index itself.
    /// - Throws: ``Fault`` `notFound`, `denied`, `corrupted` when the digest differs, `unreachable`, …
    package func manifest(_ reference: OCIReference, platform: String? = nil) async throws(Fault) -> Resolved {
        let types = [
            OCIManifest.imageType, OCIManifest.indexType, OCIManifest.dockerImageType, OCIManifest.dockerIndexType,
        ]
        let path = "manifests/\(reference.manifestName)"
        let answer = try await get(reference, path, accept: types.joined(separator: ", "), limit: Self.manifestLimit)
        let digest = OCIDigest(of: answer.body)
        let promised = reference.digest?.description ?? answer.head.headers["docker-content-digest"]
        guard promised == nil || promised == digest.description else {
            throw Fault(
                .corrupted, "the registry served another manifest than its digest says", at: answer.url,
                why: "it has \(digest), not \(promised ?? "")", next: "check the registry or the mirror")
        }
        let manifest = try OCIManifest(parsing: answer.body, at: answer.url)
        guard let platform, manifest.isIndex else {
            return Resolved(digest: digest, manifest: manifest, bytes: answer.body)
        }
        guard let chosen = manifest.manifests.first(where: { $0.platform == platform }) else {
            throw Fault(.notFound, "the image is not there for \(platform)", at: reference.description)
        }
        var exact = reference
        exact.digest = chosen.digest
        return try await self.manifest(exact)
    }

    /// Fetches a layer or config into memory.
    ///
    /// - Parameter limit: the most bytes accepted.
    package func blob(
        _ descriptor: OCIDescriptor, of reference: OCIReference, limit: Int = 256 << 20
    ) async throws(Fault) -> [UInt8] {
        guard descriptor.size <= limit else {
            throw Fault(
                .refused, "the blob is larger than \(limit) bytes", at: "\(reference)",
                why: "\(descriptor.digest) has \(descriptor.size)")
        }
        let path = "blobs/\(descriptor.digest)"
        let answer = try await get(reference, path, accept: "*/*", limit: descriptor.size)
        let digest = OCIDigest(of: answer.body)
        guard digest == descriptor.digest, answer.body.count == descriptor.size else {
            throw Fault(
                .corrupted, "the registry served another blob than its digest says", at: answer.url,
                why: "it has \(digest) and \(answer.body.count) bytes", next: "check the registry or the mirror")
        }
        return answer.body
    }

    struct Answer {
        let head: HTTPResponse
        let body: [UInt8]
        let url: String
    }

    /// Asks the mirrors of the registry in order, then the registry itself. What a mirror lacks the next may have.
    private func get(
        _ reference: OCIReference, _ path: String, accept: String, limit: Int
    ) async throws(Fault) -> Answer {
        for mirror in configuration.mirrors[reference.registry] ?? [] {
            let endpoint = mirror.hasSuffix("/") ? String(mirror.dropLast()) : mirror
            do throws(Fault) {
                return try await get(endpoint, reference, path, accept: accept, limit: limit)
            } catch  where error.code == .cancelled {
                throw error
            } catch {
                continue
            }
        }
        return try await get(upstream(reference.registry), reference, path, accept: accept, limit: limit)
    }

    private func upstream(_ registry: String) -> String {
        let host = registry == "docker.io" ? "registry-1.docker.io" : registry
        return "\(configuration.insecure.contains(registry) ? "http" : "https")://\(host)"
    }

    private func get(
        _ endpoint: String, _ reference: OCIReference, _ path: String, accept: String, limit: Int
    ) async throws(Fault) -> Answer {
        let url = "\(endpoint)/v2/\(reference.repository)/\(path)"
        var answer = try await send(url, accept, tokens.header(endpoint, reference.repository), limit)
        if answer.head.status == 401 {
            tokens.forget(endpoint, reference.repository)
            let header = try await authorize(answer.head, endpoint, reference)
            answer = try await send(url, accept, header, limit)
        }
        guard answer.head.isSuccess else { throw RegistryFault.make(answer.head, answer.body, url) }
        return answer
    }

    private func send(
        _ url: String, _ accept: String, _ authorization: String?, _ limit: Int
    ) async throws(Fault) -> Answer {
        var request = HTTPRequest(.get, url, headers: ["Accept": accept], tls: configuration.tls)
        request.headers["Authorization"] = authorization
        request.retry = configuration.retry
        request.idleTimeout = .seconds(30)
        // Error bodies may be longer than a small blob.
        let answer = try await http.collect(request, limit: max(limit, 64 << 10))
        return Answer(head: answer.head, body: answer.body, url: url)
    }
}
