package import Core
package import Embedded
import YAML

extension Release {
    /// One file of the packages artifact.
    package struct TreeFile: Sendable, Hashable {
        /// Below the artifact's root, without a leading slash.
        package let path: String
        package let bytes: [UInt8]
    }

    /// Where the artifact made by ``packagesTree(embedded:)`` holds the release's catalogue.
    package static let cataloguePath = "core/platform/catalogue.yaml"

    /// A packages artifact in the layout of upstream's, with a small chart in the place of each real one: what the lab's
    /// registry serves. Every directory and file that a PackageSource names is there. Sorted by path.
    package func packagesTree(embedded: Embedded) throws(Fault) -> [TreeFile] {
        var files: [String: [UInt8]] = [:]
        for source in packageSources + [catalogue.platformSource] {
            for variant in source.variants {
                for library in variant.libraries { add(chart: library.path, isLibrary: true, [], to: &files) }
                for component in variant.components {
                    add(chart: component.path, isLibrary: false, component.valuesFiles, to: &files)
                }
            }
        }
        for (path, values) in platformValues where files[path] != nil {
            files[path] = Array(YAML.emit(Node(values)).utf8)
        }
        files[Self.cataloguePath] = try embedded.bytes("releases/\(version)/packages.yaml")
        return files.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { TreeFile(path: $0.key, bytes: $0.value) }
    }

    /// The values files of the platform chart: all bundles off by default, and each variant's own switched on.
    private var platformValues: [String: JSON] {
        let directory = "core/platform"
        var defaults = catalogue.platform.defaults
        for bundle in PlatformCatalogue.bundleNames { defaults[["bundles", bundle, "enabled"]] = false }
        defaults[["bundles", "system", "variant"]] = "isp-full"
        var files = ["\(directory)/values.yaml": defaults]
        for (variant, bundles) in catalogue.platform.bundles {
            var values: JSON = ["bundles": ["system": ["variant": .string(variant)]]]
            for bundle in bundles { values[["bundles", bundle, "enabled"]] = true }
            files["\(directory)/values-\(variant).yaml"] = values
        }
        return files
    }

    private func add(
        chart directory: String, isLibrary: Bool, _ valuesFiles: [String], to files: inout [String: [UInt8]]
    ) {
        let name = PackageSource.lastSegment(directory)
        let type = isLibrary ? "library" : "application"
        let chart = "apiVersion: v2\nname: \(name)\ntype: \(type)\nversion: 0.0.0\n"
        files["\(directory)/Chart.yaml"] = Array(chart.utf8)
        for file in ["values.yaml"] + valuesFiles { files["\(directory)/\(file)"] = Array("{}\n".utf8) }
    }
}
