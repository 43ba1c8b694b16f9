package import Core
package import Embedded
package import Packages
import YAML

/// The OCI artifact `cozystack-packages` of a release, as the lab's registry serves it: the charts that PackageSources
/// copy from, empty but for their metadata, and the platform chart with the catalogue that it renders.
package enum PlatformArtifact {
    private static let bundles = ["system", "iaas", "paas", "naas"]

    /// The files by path.
    ///
    /// - Throws: ``Core/Fault`` when the release's catalogue is not part of this binary.
    package static func files(of release: Release, embedded: Embedded) throws(Fault) -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for file in try release.packagesTree(embedded: embedded) { files[file.path] = file.bytes }
        let platform = release.catalogue.platform
        files["core/platform/values.yaml"] = text(defaults(platform))
        for variant in release.platformVariants where variant != "default" {
            files["core/platform/values-\(variant).yaml"] = text(overlay(variant, platform))
        }
        return files
    }

    /// The catalogue that a platform chart carries.
    static func catalogue(in chart: FileTree) throws(Fault) -> PackageCatalogue {
        let name = Release.cataloguePath.split(separator: "/").last.map(String.init) ?? ""
        guard let bytes = chart.file(name) else { throw Fault(.corrupted, "the chart has no \(name)") }
        return try PackageCatalogue(parsing: String(decoding: bytes, as: UTF8.self), file: name)
    }

    /// The chart's `values.yaml`: no bundle is on.
    private static func defaults(_ platform: PlatformCatalogue) -> JSON {
        var values = platform.defaults
        for bundle in bundles { values[["bundles", bundle, "enabled"]] = false }
        values[["bundles", "system", "variant"]] = "isp-full"
        values[["bundles", "disabledPackages"]] = []
        values[["bundles", "enabledPackages"]] = []
        values["migrations"] = ["enabled": false, "targetVersion": .int(Int64(platform.migrationTarget))]
        values["sourceRef"] = [
            "kind": "OCIRepository", "name": "cozystack-platform", "namespace": "cozy-system", "path": "/",
        ]
        return values
    }

    /// What `values-<variant>.yaml` changes about them.
    private static func overlay(_ variant: String, _ platform: PlatformCatalogue) -> JSON {
        var values: JSON = ["migrations": ["enabled": true], "bundles": ["system": ["variant": .string(variant)]]]
        for bundle in bundles {
            values[["bundles", bundle, "enabled"]] = .bool(platform.bundles[variant]?.contains(bundle) ?? false)
        }
        return values
    }

    private static func text(_ values: JSON) -> [UInt8] { Array(YAML.emit(Node(values)).utf8) }
}
