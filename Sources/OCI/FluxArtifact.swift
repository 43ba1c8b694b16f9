package import Archives
package import Core

/// An artifact in the layout that `flux push artifact` writes and source-controller reads: a config, and one layer that
/// is a gzip'd tar of plain files.
package struct FluxArtifact: Sendable, Hashable {
    /// A file of the artifact.
    package struct File: Sendable, Hashable {
        package var bytes: [UInt8]
        package var isExecutable: Bool

        package init(_ bytes: [UInt8], isExecutable: Bool = false) {
            self.bytes = bytes
            self.isExecutable = isExecutable
        }
    }

    package static let configType = "application/vnd.cncf.flux.config.v1+json"
    package static let layerType = "application/vnd.cncf.flux.content.v1.tar+gzip"
    package static let createdAnnotation = "org.opencontainers.image.created"
    package static let sourceAnnotation = "org.opencontainers.image.source"
    package static let revisionAnnotation = "org.opencontainers.image.revision"

    package let manifest: OCIManifest
    package let manifestBytes: [UInt8]
    package let config: [UInt8]
    package let layer: [UInt8]

    /// The digest that an OCIRepository pins.
    package var digest: OCIDigest { OCIDigest(of: manifestBytes) }

    /// Packs files. Equal files and annotations give equal bytes.
    ///
    /// - Parameters:
    ///   - files: by path, relative and with `/`.
    ///   - source: the annotation's URL of what the files were made from.
    ///   - revision: the annotation's `<branch or tag>@sha1:<commit>`.
    package static func build(
        files: [String: File], source: String, revision: String, created: Timestamp
    ) throws(Fault) -> FluxArtifact {
        let tar = try tar(files)
        let layer = try Compressed.pack(tar, .gzip)
        let config: JSON = [
            "architecture": "", "os": "", "created": .string(created.wholeSeconds), "config": [:],
            "rootfs": ["type": "layers", "diff_ids": [.string(OCIDigest(of: tar).description)]],
        ]
        let configBytes = config.serialized()
        let manifest = OCIManifest(
            config: OCIDescriptor(mediaType: configType, of: configBytes),
            layers: [OCIDescriptor(mediaType: layerType, of: layer)],
            annotations: [
                createdAnnotation: created.wholeSeconds, sourceAnnotation: source, revisionAnnotation: revision,
            ])
        return FluxArtifact(manifest: manifest, manifestBytes: manifest.bytes, config: configBytes, layer: layer)
    }

    /// Unpacks a layer; directories and links are passed over, as source-controller does.
    ///
    /// - Throws: ``Fault`` `corrupted`, or `refused` with the entry's name (see ``ArchiveReader``).
    package static func unpack(
        layer: [UInt8], named name: String = "the artifact's layer",
        limits: ArchiveLimits = ArchiveLimits(
            entries: 100_000, entrySize: 64 << 20, totalSize: 512 << 20, ratio: 1100)
    ) throws(Fault) -> [String: File] {
        let reader = try ArchiveReader(named: name, bytes: layer, formats: .tar, limits: limits)
        var files: [String: File] = [:]
        while let entry = try reader.next() {
            guard entry.kind == .file else { continue }
            files[entry.path] = File(try reader.readAll(), isExecutable: entry.mode & 0o111 != 0)
        }
        return files
    }

    /// Directories and files in the order of a walk through the sorted tree.
    private static func tar(_ files: [String: File]) throws(Fault) -> [UInt8] {
        var tar: [UInt8] = []
        let writer = try ArchiveWriter(named: "the artifact", .tar, .none) { tar += $0 }
        var directories: Set<String> = []
        let parts = files.keys.map { (path: $0, parts: $0.split(separator: "/").map { Array($0.utf8) }) }
        for (path, _) in parts.sorted(by: { $0.parts.lexicographicallyPrecedes($1.parts, by: precedes) }) {
            guard let file = files[path] else { continue }
            var directory = ""
            for part in path.split(separator: "/").dropLast() {
                directory += directory.isEmpty ? String(part) : "/\(part)"
                guard directories.insert(directory).inserted else { continue }
                try writer.add(ArchiveEntry(path: directory, kind: .directory, mode: 0o755))
            }
            try writer.add(ArchiveEntry(path: path, mode: file.isExecutable ? 0o755 : 0o644), file.bytes)
        }
        try writer.finish()
        return tar
    }

    private static func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.lexicographicallyPrecedes(right)
    }
}

extension OCIClient {
    /// A Flux artifact as it was pulled.
    package struct PulledArtifact: Sendable {
        package let digest: OCIDigest
        package let annotations: [String: String]
        package let files: [String: FluxArtifact.File]
    }

    /// Pulls and unpacks the first layer of an artifact, as source-controller does without a layer selector.
    package func pullFluxArtifact(
        _ reference: OCIReference, limits: ArchiveLimits? = nil
    ) async throws(Fault) -> PulledArtifact {
        let resolved = try await manifest(reference)
        guard let layer = resolved.manifest.layers.first, !resolved.manifest.isIndex else {
            throw Fault(.corrupted, "the artifact has no layer", at: reference.description)
        }
        let bytes = try await blob(layer, of: reference)
        let files =
            if let limits {
                try FluxArtifact.unpack(layer: bytes, named: reference.description, limits: limits)
            } else {
                try FluxArtifact.unpack(layer: bytes, named: reference.description)
            }
        return PulledArtifact(digest: resolved.digest, annotations: resolved.manifest.annotations, files: files)
    }
}
