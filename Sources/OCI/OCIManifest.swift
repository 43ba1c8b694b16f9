package import Core

/// Names a piece of content: what it is, its digest and its size (OCI image specification, "Descriptor").
package struct OCIDescriptor: Sendable, Hashable {
    package var mediaType: String
    package var digest: OCIDigest
    /// Bytes.
    package var size: Int
    package var annotations: [String: String]
    /// Of an index's entries: `linux/amd64`.
    package var platform: String?

    package init(mediaType: String, digest: OCIDigest, size: Int, annotations: [String: String] = [:]) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.annotations = annotations
    }

    /// The descriptor of some bytes.
    package init(mediaType: String, of bytes: [UInt8]) {
        self.init(mediaType: mediaType, digest: OCIDigest(of: bytes), size: bytes.count)
    }

    init?(_ json: JSON) {
        guard let mediaType = json["mediaType"]?.string, let text = json["digest"]?.string,
            let digest = OCIDigest(text), let size = json["size"]?.int, size >= 0
        else { return nil }
        self.init(mediaType: mediaType, digest: digest, size: size, annotations: Self.texts(json["annotations"]))
        if let system = json["platform"]?["os"]?.string, let processor = json["platform"]?["architecture"]?.string {
            platform = "\(system)/\(processor)"
        }
    }

    var json: JSON {
        .fields([
            "mediaType": .string(mediaType), "digest": .string(digest.description), "size": .int(Int64(size)),
            "annotations": annotations.isEmpty ? nil : .object(annotations.mapValues(JSON.string)),
        ])
    }

    static func texts(_ json: JSON?) -> [String: String] {
        (json?.object ?? [:]).compactMapValues(\.string)
    }
}

/// An image manifest or an index of such (OCI image specification 1.1; Docker's schema 2 has the same fields).
package struct OCIManifest: Sendable, Hashable {
    package static let imageType = "application/vnd.oci.image.manifest.v1+json"
    package static let indexType = "application/vnd.oci.image.index.v1+json"
    static let dockerImageType = "application/vnd.docker.distribution.manifest.v2+json"
    static let dockerIndexType = "application/vnd.docker.distribution.manifest.list.v2+json"

    package var mediaType: String
    package var config: OCIDescriptor?
    package var layers: [OCIDescriptor]
    /// The manifests of an index; empty for an image.
    package var manifests: [OCIDescriptor]
    package var annotations: [String: String]

    package init(
        mediaType: String = OCIManifest.imageType, config: OCIDescriptor?, layers: [OCIDescriptor],
        annotations: [String: String] = [:]
    ) {
        self.mediaType = mediaType
        self.config = config
        self.layers = layers
        manifests = []
        self.annotations = annotations
    }

    package var isIndex: Bool { mediaType == Self.indexType || mediaType == Self.dockerIndexType }

    /// Reads a manifest.
    ///
    /// - Throws: ``Fault`` `corrupted` when a descriptor is missing a part or there are unreasonably many.
    package init(parsing bytes: [UInt8], at location: String? = nil) throws(Fault) {
        func wrong(_ why: String) -> Fault { Fault(.corrupted, "the manifest is malformed", at: location, why: why) }
        let json: JSON
        do throws(Fault) {
            json = try JSON(parsing: bytes, limits: JSON.Limits(bytes: 4 << 20, depth: 32))
        } catch {
            throw wrong(error.description)
        }
        guard json.object != nil, json["schemaVersion"]?.int == 2 else { throw wrong("its schemaVersion is not 2") }
        func descriptors(_ key: String) throws(Fault) -> [OCIDescriptor] {
            let items = json[key]?.array ?? []
            let read = items.compactMap(OCIDescriptor.init)
            guard read.count == items.count, read.count <= 1000 else {
                throw wrong("\(key) holds no sound descriptors")
            }
            return read
        }
        layers = try descriptors("layers")
        manifests = try descriptors("manifests")
        config = json["config"].flatMap(OCIDescriptor.init)
        mediaType = json["mediaType"]?.string ?? (manifests.isEmpty ? Self.imageType : Self.indexType)
        annotations = OCIDescriptor.texts(json["annotations"])
    }

    /// The manifest as it is stored: keys sorted, no blanks.
    package var bytes: [UInt8] {
        let fields: JSON = .fields([
            "schemaVersion": 2, "mediaType": .string(mediaType), "config": config?.json,
            "layers": .array(layers.map(\.json)),
            "annotations": annotations.isEmpty ? nil : .object(annotations.mapValues(JSON.string)),
        ])
        return fields.serialized()
    }
}
