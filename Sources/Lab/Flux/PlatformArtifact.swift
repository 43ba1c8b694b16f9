package import Core
package import Embedded
package import Packages

/// The OCI artifact `cozystack-packages` of a release, as the lab's registry serves it.
package enum PlatformArtifact {
    /// The files by path: small charts in the place of the real ones, and the platform chart with the catalogue that it
    /// renders.
    ///
    /// - Throws: ``Core/Fault`` when the release's catalogue is not part of this binary.
    package static func files(of release: Release, embedded: Embedded) throws(Fault) -> [String: [UInt8]] {
        let files = try release.packagesTree(embedded: embedded).map { ($0.path, $0.bytes) }
        return Dictionary(files) { $1 }
    }

    /// The catalogue that a platform chart carries.
    static func catalogue(in chart: FileTree) throws(Fault) -> PackageCatalogue {
        let name = Release.cataloguePath.split(separator: "/").last.map(String.init) ?? ""
        guard let bytes = chart.file(name) else { throw Fault(.corrupted, "the chart has no \(name)") }
        return try PackageCatalogue(parsing: String(decoding: bytes, as: UTF8.self), file: name)
    }
}
