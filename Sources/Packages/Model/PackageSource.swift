package import Core

/// A PackageSource (`packagesources.cozystack.io/v1alpha1`): where the charts of a package come from, and its variants.
///
/// Lists keep their order and may hold a name twice, as the CRD allows; the first match counts.
package struct PackageSource: Sendable, Hashable {
    package var name: String
    package var annotations: [String: String]
    /// nil when nothing is configured; then no ArtifactGenerator is made.
    package var sourceRef: Reference?
    package var variants: [Variant]

    package init(name: String, annotations: [String: String] = [:], sourceRef: Reference?, variants: [Variant]) {
        self.name = name
        self.annotations = annotations
        self.sourceRef = sourceRef
        self.variants = variants
    }

    /// `spec.sourceRef`: the Flux source that holds the charts.
    package struct Reference: Sendable, Hashable {
        /// `OCIRepository` or `GitRepository`.
        package var kind: String
        package var name: String
        package var namespace: String
        /// The directory that component paths start from; nil means the kind's own default.
        package var path: String?
    }

    /// `spec.variants[]`.
    package struct Variant: Sendable, Hashable {
        package var name: String
        /// Names of Packages, which are also names of PackageSources.
        package var dependsOn: [String]
        package var libraries: [Library]
        package var components: [Component]
    }

    /// `spec.variants[].libraries[]`: a Helm library chart.
    package struct Library: Sendable, Hashable {
        /// Empty when the last segment of the path is the name.
        package var name: String
        package var path: String
    }

    /// `spec.variants[].components[]`: a chart, and how it is installed.
    package struct Component: Sendable, Hashable {
        package var name: String
        package var path: String
        package var libraries: [String]
        package var valuesFiles: [String]
        /// nil: an artifact only, which other charts use.
        package var install: Install?
    }

    /// `spec.variants[].components[].install`.
    package struct Install: Sendable, Hashable {
        package var namespace: String
        /// Empty: the component's name.
        package var releaseName: String
        package var privileged: Bool
        /// Component names of the same variant.
        package var dependsOn: [String]
        /// `Skip`, `Create`, `CreateReplace` or empty.
        package var upgradeCRDs: String
        /// `poller`, `legacy` or empty.
        package var waitStrategy: String
        package var healthCheckExprs: [JSON]
    }
}

extension PackageSource {
    /// The annotation that keeps the Secret `cozystack-values` out of a package's releases.
    package static let skipValuesAnnotation = "operator.cozystack.io/skip-cozystack-values"

    /// Whether the releases of this package do without the cluster's values.
    package var skipsClusterValues: Bool { annotations[Self.skipValuesAnnotation] == "true" }

    /// The first variant of a name.
    package func variant(_ name: String) -> Variant? {
        variants.first { $0.name == name }
    }

    /// The name of the ExternalArtifact of a component: dots become dashes in each of the three parts.
    package func artifactName(_ variant: Variant, _ component: Component) -> String {
        [name, variant.name, component.name].map(Self.dashed).joined(separator: "-")
    }

    private static func dashed(_ name: String) -> String {
        String(name.map { $0 == "." ? "-" : $0 })
    }
}

extension PackageSource.Component {
    /// The name of the HelmRelease that installs the component.
    package var releaseName: String {
        guard let install, !install.releaseName.isEmpty else { return name }
        return install.releaseName
    }

    /// The directory of the component in its artifact: the last segment of its path, empty when the path ends in `/`.
    package var directory: String {
        PackageSource.lastSegment(path)
    }

    /// Whether an ExternalArtifact is made for the component.
    package var hasArtifact: Bool { !directory.isEmpty }
}

extension PackageSource.Library {
    /// The name by which components refer to the library; empty when it has none.
    package var effectiveName: String {
        name.isEmpty ? PackageSource.lastSegment(path) : name
    }
}

extension PackageSource {
    /// What stands behind the last `/` of a path.
    static func lastSegment(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
    }
}
