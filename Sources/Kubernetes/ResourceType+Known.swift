/// The kinds that this program works with; all others are found through discovery.
extension ResourceType {
    package static let namespace = ResourceType("v1", "Namespace", "namespaces", namespaced: false)
    package static let node = ResourceType("v1", "Node", "nodes", namespaced: false)
    package static let secret = ResourceType("v1", "Secret", "secrets")
    package static let configMap = ResourceType("v1", "ConfigMap", "configmaps")
    package static let service = ResourceType("v1", "Service", "services")
    package static let serviceAccount = ResourceType("v1", "ServiceAccount", "serviceaccounts")
    package static let pod = ResourceType("v1", "Pod", "pods")
    package static let event = ResourceType("v1", "Event", "events")
    package static let resourceQuota = ResourceType("v1", "ResourceQuota", "resourcequotas")
    package static let persistentVolumeClaim = ResourceType("v1", "PersistentVolumeClaim", "persistentvolumeclaims")
    package static let deployment = ResourceType("apps/v1", "Deployment", "deployments")
    package static let clusterRole = ResourceType(
        "rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", namespaced: false)
    package static let clusterRoleBinding = ResourceType(
        "rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", namespaced: false)
    package static let lease = ResourceType("coordination.k8s.io/v1", "Lease", "leases")
    package static let customResourceDefinition = ResourceType(
        "apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced: false)
    package static let storageClass = ResourceType(
        "storage.k8s.io/v1", "StorageClass", "storageclasses", namespaced: false)
    package static let validatingAdmissionPolicy = ResourceType(
        "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies",
        namespaced: false)
    package static let validatingAdmissionPolicyBinding = ResourceType(
        "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings",
        namespaced: false)

    package static let packageSource = ResourceType(
        "cozystack.io/v1alpha1", "PackageSource", "packagesources", namespaced: false)
    package static let package = ResourceType("cozystack.io/v1alpha1", "Package", "packages", namespaced: false)

    package static let ociRepository = ResourceType(
        "source.toolkit.fluxcd.io/v1", "OCIRepository", "ocirepositories")
    package static let gitRepository = ResourceType(
        "source.toolkit.fluxcd.io/v1", "GitRepository", "gitrepositories")
    package static let externalArtifact = ResourceType(
        "source.toolkit.fluxcd.io/v1", "ExternalArtifact", "externalartifacts")
    package static let artifactGenerator = ResourceType(
        "source.extensions.fluxcd.io/v1beta1", "ArtifactGenerator", "artifactgenerators")
    package static let helmRelease = ResourceType("helm.toolkit.fluxcd.io/v2", "HelmRelease", "helmreleases")

    static let known: [ResourceType] = [
        .namespace, .node, .secret, .configMap, .service, .serviceAccount, .pod, .event, .resourceQuota,
        .persistentVolumeClaim, .deployment, .clusterRole, .clusterRoleBinding, .lease, .customResourceDefinition,
        .storageClass, .validatingAdmissionPolicy, .validatingAdmissionPolicyBinding, .packageSource, .package,
        .ociRepository, .gitRepository, .externalArtifact, .artifactGenerator, .helmRelease,
    ]

    private init(_ apiVersion: String, _ kind: String, _ plural: String, namespaced: Bool = true) {
        let parts = apiVersion.split(separator: "/")
        self.init(
            group: parts.count == 2 ? String(parts[0]) : "", version: parts.last.map(String.init) ?? apiVersion,
            kind: kind, plural: plural, namespaced: namespaced)
    }
}
