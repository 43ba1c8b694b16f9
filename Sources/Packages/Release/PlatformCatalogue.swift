package import Core

/// Which Packages the platform chart renders, for each of its variants and depending on its values.
package struct PlatformCatalogue: Sendable {
    /// The number that a fresh cluster's ConfigMap `cozystack-version` gets; a counter of migrations.
    package var migrationTarget: Int
    /// The chart's defaults of the values that matter here.
    package var defaults: JSON
    /// The bundles that each platform variant switches on.
    package var bundles: [String: [String]]
    private let entries: [Entry]

    /// A Package that a bundle renders under conditions.
    private struct Entry: Sendable {
        var bundle: String
        var name: String
        var variant: String?
        var components: JSON?
        /// A platform value that must be true.
        var when: String?
        /// A name that must stand in `bundles.enabledPackages`.
        var whenEnabled: String?
        /// The platform variants that have the entry; nil for all.
        var only: [String]?
    }

    /// The bundles of the platform chart, in the order in which they render.
    static let bundleNames = ["system", "iaas", "paas", "naas"]

    init(_ reader: CatalogueReader) throws(Fault) {
        migrationTarget = try reader.number("migrationTarget")
        defaults = try reader.child("defaults").json
        bundles = (try reader.child("variants").json.object ?? [:]).mapValues { $0.array?.compactMap(\.string) ?? [] }
        let packages = try reader.child("packages")
        var entries: [Entry] = []
        for bundle in Self.bundleNames {
            for entry in try packages.children(bundle) { entries.append(try Self.entry(entry, bundle: bundle)) }
        }
        self.entries = entries
    }

    private static func entry(_ reader: CatalogueReader, bundle: String) throws(Fault) -> Entry {
        if let name = reader.json.string { return Entry(bundle: bundle, name: name) }
        return Entry(
            bundle: bundle, name: try reader.text("name"), variant: reader.json["variant"]?.string,
            components: reader.json["components"], when: reader.json["when"]?.string,
            whenEnabled: reader.json["whenEnabled"]?.string, only: reader.json["only"]?.array?.compactMap(\.string))
    }

    /// The values that the chart works with: its defaults, the variant's bundles, then the operator's values.
    package func values(variant: String, overrides: JSON) -> PlatformValues {
        var values = defaults
        for bundle in bundles[variant] ?? [] { values[["bundles", bundle, "enabled"]] = true }
        values[["bundles", "system", "variant"]] = .string(variant)
        return PlatformValues(values.merging(overrides))
    }

    /// The Packages that the chart renders, by name, without the platform's own.
    ///
    /// - Parameter overrides: `spec.components.platform.values` of Package `cozystack.cozystack-platform`.
    package func packages(variant: String, overrides: JSON = [:]) -> [Package] {
        let values = values(variant: variant, overrides: overrides)
        var packages: [String: Package] = [:]
        for entry in entries where applies(entry, values) {
            var package = packages[entry.name] ?? Package(name: entry.name, variant: "default")
            if let variant = entry.variant { package.variant = values.resolve(.string(variant)).string ?? variant }
            if let components = entry.components?.object {
                package.components = components.mapValues { Package.Override(values.resolve($0)) }
            }
            packages[entry.name] = package
        }
        for name in values.list("bundles.disabledPackages") { packages[name] = nil }
        return packages.values.sorted { $0.name < $1.name }
    }

    private func applies(_ entry: Entry, _ values: PlatformValues) -> Bool {
        guard values.flag("bundles.\(entry.bundle).enabled") else { return false }
        if let only = entry.only, !only.contains(values.text("bundles.system.variant")) { return false }
        if let when = entry.when, !values.flag(when) { return false }
        if let name = entry.whenEnabled, !values.list("bundles.enabledPackages").contains(name) { return false }
        return true
    }
}
