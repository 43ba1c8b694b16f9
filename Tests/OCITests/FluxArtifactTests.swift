import Archives
import Core
import OCI
import Testing

@Suite struct FluxArtifactTests {
    private let files: [String: FluxArtifact.File] = [
        "a.txt": .init([1]), "a/b/c.yaml": .init(Array("x: 1\n".utf8)), "a/run": .init([2], isExecutable: true),
        "A": .init([]), "ключ": .init([3]),
    ]

    private func build() throws -> FluxArtifact {
        try FluxArtifact.build(
            files: files, source: "https://example.org", revision: "main@sha1:1",
            created: Timestamp(milliseconds: 1_700_000_000_123))
    }

    @Test("what is packed comes out again")
    func unpacked() throws {
        let artifact = try build()
        #expect(try FluxArtifact.unpack(layer: artifact.layer) == files)
    }

    @Test("the manifest has Flux's types, its annotations, and names its parts by their digests")
    func layout() throws {
        let artifact = try build()
        let manifest = try OCIManifest(parsing: artifact.manifestBytes)
        #expect(manifest == artifact.manifest)
        #expect(manifest.mediaType == "application/vnd.oci.image.manifest.v1+json")
        #expect(manifest.config?.mediaType == "application/vnd.cncf.flux.config.v1+json")
        #expect(manifest.config?.digest == OCIDigest(of: artifact.config))
        #expect(manifest.layers.map(\.mediaType) == ["application/vnd.cncf.flux.content.v1.tar+gzip"])
        #expect(manifest.layers.first?.size == artifact.layer.count)
        #expect(
            manifest.annotations == [
                "org.opencontainers.image.created": "2023-11-14T22:13:20Z",
                "org.opencontainers.image.source": "https://example.org",
                "org.opencontainers.image.revision": "main@sha1:1",
            ])
        let config = try JSON(parsing: artifact.config)
        let tar = try Compressed.unpack(artifact.layer, limit: 1 << 20)
        #expect(config["rootfs"]?["diff_ids"]?[0]?.string == OCIDigest(of: tar).description)
    }

    @Test("the layer is in the order of a sorted walk, with times and owners zero")
    func order() throws {
        let reader = try ArchiveReader(named: "layer", bytes: try build().layer, formats: .tar)
        var paths: [String] = []
        while let entry = try reader.next() {
            paths.append(entry.path)
            #expect(entry.modified == 0)
        }
        #expect(paths == ["A", "a", "a/b", "a/b/c.yaml", "a/run", "a.txt", "ключ"])
    }

    @Test("building twice gives the same bytes")
    func reproducible() throws {
        #expect(try build() == (try build()))
    }

    @Test("links and directories of a foreign artifact are passed over")
    func foreign() throws {
        var tar: [UInt8] = []
        let writer = try ArchiveWriter(named: "t", .tar, .gzip) { tar += $0 }
        try writer.add(ArchiveEntry(path: "d", kind: .directory))
        try writer.add(ArchiveEntry(path: "d/f"), [9])
        try writer.add(ArchiveEntry(path: "l", kind: .symbolicLink(target: "d/f")))
        try writer.finish()
        #expect(try FluxArtifact.unpack(layer: tar) == ["d/f": .init([9])])
    }

    @Test(
        "malformed manifests are refused",
        arguments: [
            "", "[]", "{}", #"{"schemaVersion":1}"#, #"{"schemaVersion":2,"layers":[{}]}"#,
            #"{"schemaVersion":2,"layers":[{"mediaType":"x","digest":"sha256:00","size":1}]}"#,
        ])
    func malformed(_ text: String) throws {
        let fault = try #require(throws: Fault.self) { try OCIManifest(parsing: Array(text.utf8)) }
        #expect(fault.code == .corrupted)
    }
}
