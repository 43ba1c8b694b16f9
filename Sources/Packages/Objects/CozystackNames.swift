/// Names that upstream's operator, its charts and ours agree on.
package enum CozystackNames {
    /// The namespace of the operator and of everything that is made from a PackageSource.
    package static let systemNamespace = "cozy-system"
    /// The Secret with the cluster's values, in the system namespace and copied into every system namespace.
    package static let valuesSecret = "cozystack-values"
    /// Label of a namespace that gets a copy of the values Secret.
    package static let systemLabel = "cozystack.io/system"
    /// Label of a HelmRelease: its Package.
    package static let packageLabel = "cozystack.io/package"
    /// Label of a HelmRelease with privileged pods.
    package static let privilegedLabel = "cozystack.io/privileged"
    /// Label of an ArtifactGenerator: its PackageSource.
    package static let packageSourceLabel = "cozystack.io/packagesource"
    /// Label of objects that an admission policy keeps from deletion.
    package static let noDeleteLabel = "platform.cozystack.io/no-delete"
    /// Annotation that keeps Helm from deleting an object.
    package static let keepAnnotation = "helm.sh/resource-policy"
    /// Label of a namespace: the Pod Security level that is enforced.
    package static let podSecurityLabel = "pod-security.kubernetes.io/enforce"
    /// Annotation of a HelmRelease: the values files of its component, for information.
    package static let valuesFilesAnnotation = "cozyhr.cozystack.io/values-files"
    /// The Lease that excludes two operators from each other, in the system namespace.
    package static let operatorLease = "cozystack-operator.cozystack.io"
}

/// The field managers of upstream's operator. Writing under the same names, ours takes over its fields without a change.
package enum FieldManagers {
    /// Start-up objects, and everything that is written without server-side apply.
    package static let cozystackOperator = "cozystack-operator"
    package static let packageSources = "cozystack-packagesource-controller"
    package static let packages = "cozystack-package-controller"
}
