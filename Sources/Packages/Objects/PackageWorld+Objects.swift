package import Kubernetes

extension PackageWorld {
    /// A namespace of a Package's releases, as server-side apply gets it.
    ///
    /// Privileged is a namespace in which any Package of the cluster has an enabled privileged component. A namespace of
    /// a tenant is no system namespace.
    package func namespace(_ name: String) -> KubernetesObject {
        var labels: [String: String] = [:]
        if !name.hasPrefix("tenant-") { labels[CozystackNames.systemLabel] = "true" }
        if privilegedNamespaces.contains(name) { labels[CozystackNames.podSecurityLabel] = "privileged" }
        return KubernetesObject(
            .namespace, name: name, labels: labels, annotations: [CozystackNames.keepAnnotation: "keep"])
    }

    /// All HelmReleases of a Package, in the source's order; nothing when its source or variant does not exist.
    ///
    /// - Parameter uid: the UID of the Package.
    package func helmReleases(
        of name: String, uid: String, settings: HelmReleaseSettings = HelmReleaseSettings()
    ) throws(DependsOnFailure) -> [KubernetesObject] {
        guard let active = active(name) else { return [] }
        var releases: [KubernetesObject] = []
        for component in active.installed {
            let dependsOn = try releaseDependencies(of: component, in: active)
            if let release = active.helmRelease(for: component, uid: uid, dependsOn: dependsOn, settings: settings) {
                releases.append(release)
            }
        }
        return releases
    }
}
