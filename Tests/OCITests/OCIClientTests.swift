import Core
import HTTPClient
import OCI
import Testing

@Suite struct OCIClientTests {
    private func artifact() throws -> FluxArtifact {
        try FluxArtifact.build(
            files: [
                "core/Chart.yaml": .init(Array("name: x\n".utf8)), "big": .init([UInt8](repeating: 7, count: 3 << 20)),
            ],
            source: "https://example.org", revision: "v1@sha1:1", created: Timestamp(seconds: 1_700_000_000))
    }

    private func makeClient(
        _ server: RegistryProcess, _ change: (inout OCIClientConfiguration) -> Void = { _ in }
    ) -> OCIClient {
        var configuration = OCIClientConfiguration()
        configuration.insecure = ["127.0.0.1:\(server.port)"]
        configuration.retry = .none
        change(&configuration)
        return OCIClient(http: HTTPClient(), configuration: configuration)
    }

    /// Pushes as the distribution specification has it: blobs in one request each, then the manifest.
    private func push(
        _ artifact: FluxArtifact, to server: RegistryProcess, _ repository: String, tag: String
    ) async throws {
        let http = HTTPClient()
        let base = "http://127.0.0.1:\(server.port)"
        for blob in [artifact.config, artifact.layer] {
            let start = try await http.collect(HTTPRequest(.post, "\(base)/v2/\(repository)/blobs/uploads/"))
            var location = try #require(start.head.headers["location"])
            location += (location.contains("?") ? "&" : "?") + "digest=\(OCIDigest(of: blob))"
            let url = location.hasPrefix("http") ? location : base + location
            let put = HTTPRequest(
                .put, url, headers: ["Content-Type": "application/octet-stream"], body: .bytes(blob))
            #expect(try await http.collect(put).head.status == 201)
        }
        let put = HTTPRequest(
            .put, "\(base)/v2/\(repository)/manifests/\(tag)", headers: ["Content-Type": artifact.manifest.mediaType],
            body: .bytes(artifact.manifestBytes))
        let answer = try await http.collect(put)
        #expect(answer.head.status == 201)
        #expect(answer.head.headers["docker-content-digest"] == artifact.digest.description)
    }

    @Test("the distribution project's registry takes our artifact and gives it back, by tag and by digest")
    func distribution() async throws {
        let server = try await RegistryProcess.distribution()
        let artifact = try artifact()
        try await push(artifact, to: server, "cozystack/packages", tag: "v1")
        let client = makeClient(server)
        var reference = try OCIReference("127.0.0.1:\(server.port)/cozystack/packages:v1")
        let byTag = try await client.pullFluxArtifact(reference)
        #expect(byTag.digest == artifact.digest)
        #expect(byTag.files["big"]?.bytes.count == 3 << 20)
        reference.digest = artifact.digest
        #expect(try await client.pullFluxArtifact(reference).files == byTag.files)

        reference.digest = nil
        reference.tag = "v2"
        let missing = try await #require(throws: Fault.self) { try await client.manifest(reference) }
        #expect(missing.code == .notFound && missing.why?.contains("MANIFEST_UNKNOWN") == true)
        let layer = try #require(artifact.manifest.layers.first)
        let tooLarge = try await #require(throws: Fault.self) {
            try await client.blob(layer, of: reference, limit: 100)
        }
        #expect(tooLarge.code == .refused)
    }

    @Test("a mirror is asked first, and what it lacks comes from the registry")
    func mirrors() async throws {
        let server = try await RegistryProcess.distribution()
        let artifact = try artifact()
        try await push(artifact, to: server, "a/b", tag: "v1")
        let good = makeClient(server) {
            $0.mirrors = ["registry.invalid": ["http://127.0.0.1:1", "http://127.0.0.1:\(server.port)/"]]
        }
        let elsewhere = try OCIReference("oci://registry.invalid/a/b:v1")
        #expect(try await good.manifest(elsewhere).digest == artifact.digest)
        let fallback = makeClient(server) { $0.mirrors = ["127.0.0.1:\(server.port)": ["http://127.0.0.1:1"]] }
        let direct = try OCIReference("oci://127.0.0.1:\(server.port)/a/b:v1")
        #expect(try await fallback.manifest(direct).digest == artifact.digest)
    }

    /// A registry that wants a token, has an index, and lies about one repository.
    private static let script = #"""
        import sys, json, hashlib
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
        from urllib.parse import urlparse, parse_qs
        port = int(sys.argv[1])
        tokens = [0]
        image = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": None, "layers": []}).encode()
        digest = "sha256:" + hashlib.sha256(image).hexdigest()
        index = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [
            {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": len(image),
             "platform": {"os": "linux", "architecture": "amd64"}}]}).encode()
        class H(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def log_message(self, *a): pass
            def answer(self, status, body, **headers):
                self.send_response(status)
                for k, v in headers.items(): self.send_header(k.replace("_", "-"), v)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def do_GET(self):
                url = urlparse(self.path)
                if url.path == "/token":
                    q = parse_qs(url.query)
                    if q["service"] != ["the registry"] or not q["scope"][0].startswith("repository:"):
                        return self.answer(400, b"")
                    if q["scope"] == ["repository:secret:pull"] and self.headers.get("Authorization") != "Basic dTpw":
                        return self.answer(401, b'{"errors":[{"code":"UNAUTHORIZED","message":"who are you"}]}')
                    tokens[0] += 1
                    return self.answer(200, json.dumps({"token": "t-" + q["scope"][0], "expires_in": 300}).encode())
                if url.path == "/count": return self.answer(200, str(tokens[0]).encode())
                name = url.path.split("/")[2]
                scope = "repository:%s:pull" % name
                if self.headers.get("Authorization") != "Bearer t-" + scope:
                    challenge = 'Bearer realm="http://127.0.0.1:%d/token",service="the registry",scope="%s"' % (port, scope)
                    return self.answer(401, b"{}", WWW_Authenticate=challenge)
                if name == "liar": return self.answer(200, image + b" ", Docker_Content_Digest=digest)
                if url.path.endswith("/blobs/" + digest): return self.answer(200, image[:-1] + b"?")
                if url.path.endswith("/manifests/" + digest): return self.answer(200, image)
                if url.path.endswith("/manifests/big"): return self.answer(200, b"{" + b" " * (5 << 20))
                if url.path.endswith("/manifests/v1"): return self.answer(200, index)
                self.answer(404, b"not json")
        ThreadingHTTPServer(("127.0.0.1", port), H).serve_forever()
        """#

    @Test("an anonymous token is fetched once and used again, an index gives the platform's image")
    func token() async throws {
        let server = try await RegistryProcess.python(Self.script)
        let client = makeClient(server)
        let reference = try OCIReference("127.0.0.1:\(server.port)/public:v1")
        #expect(try await client.manifest(reference).manifest.isIndex)
        let image = try await client.manifest(reference, platform: "linux/amd64")
        #expect(!image.manifest.isIndex)
        let other = try await #require(throws: Fault.self) {
            try await client.manifest(reference, platform: "linux/arm64")
        }
        #expect(other.code == .notFound)
        let count = try await HTTPClient().collect(HTTPRequest(.get, "http://127.0.0.1:\(server.port)/count")).body
        #expect(count == Array("1".utf8))
    }

    @Test("credentials go to the token server and nowhere else; without them the pull is denied")
    func credentials() async throws {
        let server = try await RegistryProcess.python(Self.script)
        let reference = try OCIReference("127.0.0.1:\(server.port)/secret:v1")
        let denied = try await #require(throws: Fault.self) { try await makeClient(server).manifest(reference) }
        #expect(denied.code == .denied && denied.why?.contains("who are you") == true)
        let client = makeClient(server) {
            $0.credentials = ["127.0.0.1:\(server.port)": .init(username: "u", password: Secret("p"))]
        }
        #expect(try await client.manifest(reference).manifest.isIndex)
    }

    @Test("wrong bytes and endless manifests are refused")
    func liars() async throws {
        let server = try await RegistryProcess.python(Self.script)
        let client = makeClient(server)
        let base = "127.0.0.1:\(server.port)"
        let lie = try await #require(throws: Fault.self) {
            try await client.manifest(try OCIReference("\(base)/liar:v1"))
        }
        #expect(lie.code == .corrupted)
        let image = try await client.manifest(try OCIReference("\(base)/public:v1"), platform: "linux/amd64")
        let blob = OCIDescriptor(mediaType: "x", digest: image.digest, size: image.bytes.count)
        let wrong = try await #require(throws: Fault.self) {
            try await client.blob(blob, of: try OCIReference("\(base)/public"))
        }
        #expect(wrong.code == .corrupted && wrong.what.contains("another blob"))
        let big = try await #require(throws: Fault.self) {
            try await client.manifest(try OCIReference("\(base)/public:big"))
        }
        #expect(big.code == .corrupted)
        let pinned = try OCIReference("\(base)/public:v1@\(OCIDigest(of: [1]))")
        let missing = try await #require(throws: Fault.self) { try await client.manifest(pinned) }
        #expect(missing.code == .notFound)
    }
}
