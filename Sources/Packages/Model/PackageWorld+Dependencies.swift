/// Why the `dependsOn` of a HelmRelease cannot be written: the text behind `Failed to build DependsOn for component`.
package struct DependsOnFailure: Error, Hashable, CustomStringConvertible {
    package let description: String
}

extension PackageSource.Component {
    /// The HelmRelease that installs the component.
    package var reference: ReleaseReference {
        ReleaseReference(namespace: install?.namespace ?? "", name: releaseName)
    }
}

extension PackageWorld {
    /// What the HelmRelease of a component waits for: first the components of the same variant that it names, then all
    /// installed components of each Package that the variant depends on.
    ///
    /// Two differences from upstream, where both end in releases that wait for ever or list a release twice: components
    /// that are switched off are left out, and no release stands twice.
    package func releaseDependencies(
        of component: PackageSource.Component, in active: ActivePackage
    ) throws(DependsOnFailure) -> [ReleaseReference] {
        var references: [ReleaseReference] = []
        for name in component.install?.dependsOn ?? [] {
            guard let other = active.variant.components.first(where: { $0.name == name && $0.install != nil }) else {
                throw DependsOnFailure(
                    description: "component \(name) not found in variant \(active.variant.name)")
            }
            if active.package.enables(name) { references.append(other.reference) }
        }
        for name in active.dependencies {
            references += try resolved(name).installed.map(\.reference)
        }
        var seen: Set<ReleaseReference> = []
        return references.filter { seen.insert($0).inserted }
    }

    private func resolved(_ name: String) throws(DependsOnFailure) -> ActivePackage {
        guard let package = packages[name] else { throw DependsOnFailure(description: "Package \(name) not found") }
        guard let source = sources[name] else {
            throw DependsOnFailure(description: "PackageSource \(name) not found")
        }
        guard let variant = source.variant(package.effectiveVariant) else {
            throw DependsOnFailure(
                description: "variant \(package.effectiveVariant) not found in PackageSource \(name)")
        }
        return ActivePackage(package: package, source: source, variant: variant)
    }
}
