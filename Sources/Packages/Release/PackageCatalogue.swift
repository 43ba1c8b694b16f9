package import Core

/// The packages of a release: all PackageSources, and what the platform chart enables. The file `packages.yaml`.
package struct PackageCatalogue: Sendable {
    /// The release that this is the catalogue of.
    package var release: String
    /// The PackageSources that the platform chart installs, by name.
    package var sources: [PackageSource]
    /// The PackageSource of the platform chart itself, which the operator makes.
    package var platformSource: PackageSource
    package var platform: PlatformCatalogue

    /// - Throws: ``Fault`` `corrupted` with the place in the file.
    package init(parsing text: String, file: String) throws(Fault) {
        let reader = CatalogueReader(try Release.document(text, file: file), file: file)
        let shared = reader.json["sourceRef"].map(PackageSource.Reference.init)
        release = try reader.text("release")
        sources = []
        for entry in try reader.children("packageSources") {
            sources.append(try Self.source(entry, reference: shared))
        }
        guard let own = try reader.children("platformSource").first else {
            throw reader.fault("platformSource must hold one PackageSource")
        }
        platformSource = try Self.source(own, reference: shared)
        platform = try PlatformCatalogue(reader.child("platform"))
    }

    private static func source(
        _ entry: CatalogueReader, reference: PackageSource.Reference?
    ) throws(Fault) -> PackageSource {
        let name = try entry.text("name")
        for variant in try entry.children("variants") {
            _ = try variant.text("name")
            guard variant.json["components"] != nil else { continue }
            for component in try variant.children("components") {
                _ = try component.text("name")
                _ = try component.text("path")
            }
        }
        var source = PackageSource(name: name, annotations: entry.json.texts("annotations"), spec: entry.json)
        source.sourceRef = source.sourceRef ?? reference
        return source
    }
}
