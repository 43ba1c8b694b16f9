package import Core
package import Embedded
import YAML

extension Release {
    /// The release that is taken when the spec names none.
    package static let latest = "v1.6.2"

    /// The versions that are part of this binary, sorted.
    package static var known: [String] {
        Embedded.names.compactMap { name in
            let parts = name.split(separator: "/")
            return parts.count == 3 && parts[0] == "releases" && parts[2] == "release.yaml" ? String(parts[1]) : nil
        }
    }

    /// Loads a release.
    ///
    /// - Parameter version: `v1.6.2` or `1.6.2`.
    /// - Throws: ``Fault`` `usage` for an unknown version, `corrupted` when a file of it is wrong.
    package static func load(_ version: String = latest, embedded: Embedded) throws(Fault) -> Release {
        let version = version.hasPrefix("v") ? version : "v\(version)"
        guard !version.contains("/") else { throw unknown(version) }
        let directory = "releases/\(version)"
        let text: String
        do throws(Fault) {
            text = try embedded.text("\(directory)/release.yaml")
        } catch  where error.code == .notFound {
            throw unknown(version)
        }
        let file = "\(directory)/release.yaml"
        let pins = CatalogueReader(try document(text, file: file), file: file)
        let catalogue = try PackageCatalogue(
            parsing: try embedded.text("\(directory)/packages.yaml"), file: "\(directory)/packages.yaml")
        return try Release(pins, directory: directory, catalogue: catalogue)
    }

    private init(
        _ pins: CatalogueReader, directory: String, catalogue: PackageCatalogue
    ) throws(Fault) {
        let talos = try pins.child("talos")
        let source = try pins.child("source")
        let flux = try pins.child("flux")
        version = try pins.text("release")
        talosVersion = try talos.text("version")
        installerImage = try talos.text("installer")
        assets = []
        for asset in try talos.children("assets") { assets.append(try File(asset, directory: directory)) }
        kubernetesVersion = try pins.child("kubernetes").text("version")
        self.source = Source(url: try source.text("url"), digest: try source.text("digest"))
        self.flux = try File(flux, directory: directory)
        fluxVersion = try flux.text("version")
        crds = []
        for crd in try pins.children("crds") { crds.append(try File(crd, directory: directory)) }
        self.catalogue = catalogue
    }

    private static func unknown(_ version: String) -> Fault {
        Fault(
            .usage, "unknown release \(version)", why: "this binary holds \(known.joined(separator: ", "))",
            next: "name one of these, or put releases/\(version)/ into the configuration directory")
    }

    static func document(_ text: String, file: String) throws(Fault) -> JSON {
        let documents = try YAML.parse(text, file: file)
        guard let first = documents.first, documents.count == 1 else {
            throw Fault(.corrupted, "the file holds \(documents.count) documents", at: file, why: "it must hold one")
        }
        return try first.json()
    }
}

extension Release.File {
    init(_ reader: CatalogueReader, directory: String) throws(Fault) {
        name = try reader.text("name")
        url = try reader.text("url")
        sha256 = reader.json["sha256"]?.string
        embedded = reader.json["file"]?.string.map { "\(directory)/\($0)" }
    }
}
