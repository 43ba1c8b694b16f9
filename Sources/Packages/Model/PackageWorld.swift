/// All PackageSources and Packages of a cluster, and what follows from them together.
package struct PackageWorld: Sendable {
    package var sources: [String: PackageSource]
    package var packages: [String: Package]

    package init(sources: [PackageSource] = [], packages: [Package] = []) {
        self.sources = Dictionary(sources.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.packages = Dictionary(packages.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

/// A Package with the PackageSource and the variant that it stands for.
package struct ActivePackage: Sendable {
    package let package: Package
    package let source: PackageSource
    package let variant: PackageSource.Variant

    /// The variant's dependencies without the ignored ones.
    package var dependencies: [String] {
        variant.dependsOn.filter { !package.ignoreDependencies.contains($0) }
    }

    /// The components that become HelmReleases, in the source's order.
    package var installed: [PackageSource.Component] {
        variant.components.filter { $0.install != nil && package.enables($0.name) }
    }
}

extension PackageWorld {
    /// A Package with its source and variant, or nil when one of the three does not exist.
    package func active(_ name: String) -> ActivePackage? {
        guard let package = packages[name], let source = sources[name],
            let variant = source.variant(package.effectiveVariant)
        else { return nil }
        return ActivePackage(package: package, source: source, variant: variant)
    }

    /// The Packages whose active variant depends on a Package and does not ignore it, sorted.
    package func dependents(of name: String) -> [String] {
        packages.keys.filter { active($0)?.dependencies.contains(name) == true }.sorted()
    }

    /// The namespaces in which any Package has an enabled privileged component.
    package var privilegedNamespaces: Set<String> {
        let components = packages.keys.flatMap { active($0)?.installed ?? [] }
        return Set(components.compactMap(\.install).filter(\.privileged).map(\.namespace))
    }
}
