import Core
import OCI
import Testing

@Suite struct OCIReferenceTests {
    private static let digest = "sha256:" + String(repeating: "ab", count: 32)

    @Test(
        "references are read as container tools read them",
        arguments: [
            (
                "oci://ghcr.io/cozystack/cozystack/cozystack-packages", "ghcr.io",
                "cozystack/cozystack/cozystack-packages", nil
            ),
            ("ghcr.io/siderolabs/installer:v1.13.6", "ghcr.io", "siderolabs/installer", "v1.13.6"),
            ("127.64.0.3:5000/a/b", "127.64.0.3:5000", "a/b", nil),
            ("localhost/a:x", "localhost", "a", "x"), ("registry/a", "docker.io", "registry/a", nil),
            ("oci://registry/a:1_2.3-4", "registry", "a", "1_2.3-4"), ("nginx", "docker.io", "library/nginx", nil),
            ("nginx:1.27", "docker.io", "library/nginx", "1.27"), ("a.b:5000/c:d", "a.b:5000", "c", "d"),
            ("a.b/c__d/e-f.g--h", "a.b", "c__d/e-f.g--h", nil),
        ] as [(String, String, String, String?)])
    func sound(_ text: String, _ registry: String, _ repository: String, _ tag: String?) throws {
        #expect(try OCIReference(text) == OCIReference(registry: registry, repository: repository, tag: tag))
        let pinned = try OCIReference("\(text)@\(Self.digest)")
        #expect(pinned.digest?.description == Self.digest)
        #expect(pinned.manifestName == Self.digest)
        #expect(try OCIReference("oci://\(pinned)") == pinned)
    }

    @Test(
        "what is no reference is refused",
        arguments: [
            "", "oci://", "oci://ghcr.io", "oci://ghcr.io/", "a.b/C", "a.b/c//d", "a.b/-c", "a.b/c-", "a.b/c._d",
            "a.b/c___d/..", "a.b/c:", "a.b/c:-x", "a.b/c:x/y z", "a.b/c@sha256:12", "a.b/c@md5:" + "ab",
            "a.b:0/c", "a.b:99999/c", "a b/c", "a.b/c?x", "a.b/c:" + String(repeating: "x", count: 129),
        ])
    func refused(_ text: String) throws {
        let fault = try #require(throws: Fault.self) { try OCIReference(text) }
        #expect(fault.code == .usage && fault.why != nil)
    }

    @Test("digests are sha256 in lower case and nothing else")
    func digests() {
        #expect(OCIDigest(Self.digest)?.hexadecimal == String(repeating: "ab", count: 32))
        #expect(OCIDigest(Self.digest.uppercased()) == nil)
        #expect(OCIDigest("sha512:" + String(repeating: "ab", count: 64)) == nil)
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(OCIDigest(of: []).description == empty)
    }
}
