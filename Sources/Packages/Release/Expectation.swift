package import Core

/// Everything that must exist, and be Ready, on a cluster of a release and a platform variant.
package struct Expectation: Sendable, Hashable {
    package var packages: [ExpectedPackage]
    package var helmReleases: [ExpectedRelease]
    /// The namespaces of all HelmReleases, sorted.
    package var namespaces: [String]
    /// How many PackageSources there are; as many ArtifactGenerators, which have the same names.
    package var packageSources: Int
    /// How many ExternalArtifacts there are: one a component of each variant, enabled or not.
    package var externalArtifacts: Int

    package var artifactGenerators: Int { packageSources }

    package struct ExpectedPackage: Sendable, Hashable {
        package var name: String
        package var variant: String
        /// A Package needs only Packages of lower levels.
        package var level: Int
    }

    package struct ExpectedRelease: Sendable, Hashable {
        package var reference: ReleaseReference
        /// A HelmRelease needs only HelmReleases of lower levels.
        package var level: Int
        package var package: String
        package var component: String
        /// The ExternalArtifact that holds its chart.
        package var artifact: String
        package var privileged: Bool
        package var dependsOn: [ReleaseReference]
    }
}

/// The namespace and name of a HelmRelease.
package struct ReleaseReference: Sendable, Hashable, Comparable, CustomStringConvertible {
    package var namespace: String
    package var name: String

    package init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    package var description: String { "\(namespace)/\(name)" }

    package static func < (left: Self, right: Self) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }
}

extension Release {
    /// What a platform variant leads to, the platform's own PackageSource, Package, HelmRelease and artifacts included.
    ///
    /// - Parameter values: `spec.components.platform.values` of the platform's Package.
    /// - Throws: ``Fault`` `refused` when a Package names a variant that does not exist or its dependencies cannot be
    ///   resolved.
    package func expected(_ variant: String, values: JSON = [:]) throws(Fault) -> Expectation {
        let platform = Package(name: catalogue.platformSource.name, variant: variant)
        let sources = [catalogue.platformSource] + packageSources
        let packages = [platform] + catalogue.platform.packages(variant: variant, overrides: values)
        return try Expectation(PackageWorld(sources: sources, packages: packages))
    }
}

extension Expectation {
    /// What a set of PackageSources and Packages leads to.
    package init(_ world: PackageWorld) throws(Fault) {
        var releases: [ExpectedRelease] = []
        var dependencies: [String: [String]] = [:]
        for name in world.packages.keys.sorted() {
            guard let active = world.active(name) else {
                let variant = world.packages[name]?.effectiveVariant ?? ""
                throw Fault(.refused, "Package \(name) wants variant \(variant), which no PackageSource has")
            }
            dependencies[name] = active.dependencies
            for component in active.installed { releases.append(try Self.release(component, of: active, in: world)) }
        }
        let levels = DependencyGraph(dependencies).levels
        packages = world.packages.values.sorted { $0.name < $1.name }.map {
            ExpectedPackage(name: $0.name, variant: $0.effectiveVariant, level: levels[$0.name] ?? 0)
        }
        helmReleases = Self.levelled(releases)
        namespaces = Set(helmReleases.map(\.reference.namespace)).sorted()
        packageSources = world.sources.count
        let variants = world.sources.values.flatMap(\.variants)
        externalArtifacts = variants.reduce(0) { $0 + $1.components.count { $0.hasArtifact } }
    }

    private static func release(
        _ component: PackageSource.Component, of active: ActivePackage, in world: PackageWorld
    ) throws(Fault) -> ExpectedRelease {
        do throws(DependsOnFailure) {
            return ExpectedRelease(
                reference: component.reference, level: 0, package: active.package.name, component: component.name,
                artifact: active.source.artifactName(active.variant, component),
                privileged: component.install?.privileged ?? false,
                dependsOn: try world.releaseDependencies(of: component, in: active))
        } catch {
            throw Fault(
                .refused, "the dependencies of \(active.package.name) cannot be resolved", why: error.description)
        }
    }

    private static func levelled(_ releases: [ExpectedRelease]) -> [ExpectedRelease] {
        let edges = Dictionary(releases.map { ($0.reference, $0.dependsOn) }, uniquingKeysWith: { first, _ in first })
        let levels = DependencyGraph(edges).levels
        let result = releases.map { release in
            var release = release
            release.level = levels[release.reference] ?? 0
            return release
        }
        return result.sorted { ($0.level, $0.reference) < ($1.level, $1.reference) }
    }
}
