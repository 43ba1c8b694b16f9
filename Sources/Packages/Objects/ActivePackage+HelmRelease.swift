import Core
package import Kubernetes

extension ActivePackage {
    /// The HelmRelease that installs a component.
    ///
    /// - Parameters:
    ///   - uid: the UID of the Package, which owns the release.
    ///   - dependsOn: from ``PackageWorld/releaseDependencies(of:in:)``.
    /// - Returns: nil when the component is not installable.
    package func helmRelease(
        for component: PackageSource.Component, uid: String, dependsOn: [ReleaseReference],
        settings: HelmReleaseSettings = HelmReleaseSettings()
    ) -> KubernetesObject? {
        guard let install = component.install else { return nil }
        var labels = [CozystackNames.packageLabel: package.name]
        if install.privileged { labels[CozystackNames.privilegedLabel] = "true" }
        var annotations: [String: String] = [:]
        if !component.valuesFiles.isEmpty {
            annotations[CozystackNames.valuesFilesAnnotation] = component.valuesFiles.joined(separator: ",")
        }
        var release = KubernetesObject(
            .helmRelease, name: component.releaseName, namespace: install.namespace, labels: labels,
            annotations: annotations)
        release.ownerReferences = [OwnerReference(ResourceType.package, name: package.name, uid: uid)]
        release.spec = spec(of: component, install, dependsOn, settings)
        return release
    }

    private func spec(
        of component: PackageSource.Component, _ install: PackageSource.Install, _ dependsOn: [ReleaseReference],
        _ settings: HelmReleaseSettings
    ) -> JSON {
        let strategy: JSON = ["name": "RetryOnFailure", "retryInterval": .string(settings.retryInterval.goText)]
        return .fields([
            "interval": .string(settings.interval.goText),
            "maxHistory": .int(Int64(settings.maxHistory)),
            "chartRef": [
                "kind": .string(ResourceType.externalArtifact.kind),
                "name": .string(source.artifactName(variant, component)),
                "namespace": .string(CozystackNames.systemNamespace),
            ],
            "install": ["timeout": .string(settings.installTimeout.goText), "strategy": strategy],
            "upgrade": .fields([
                "timeout": .string(settings.upgradeTimeout.goText), "strategy": strategy,
                "crds": .string(unlessEmpty: install.upgradeCRDs),
            ]),
            "healthCheckExprs": .elements(unlessEmpty: install.healthCheckExprs),
            "waitStrategy": waitStrategy(install).map { ["name": .string($0)] },
            "valuesFrom": source.skipsClusterValues
                ? nil : [["kind": "Secret", "name": .string(CozystackNames.valuesSecret)]],
            "values": package.components[component.name]?.values,
            "dependsOn": .elements(
                unlessEmpty: dependsOn.map { ["name": .string($0.name), "namespace": .string($0.namespace)] }),
        ])
    }

    private func waitStrategy(_ install: PackageSource.Install) -> String? {
        if !install.waitStrategy.isEmpty { return install.waitStrategy }
        return install.healthCheckExprs.isEmpty ? nil : "poller"
    }
}

extension KubernetesObject {
    /// A live HelmRelease with what a Package wants of it: foreign labels and annotations stay, our own win; the owner
    /// and the whole spec are replaced, except for `spec.suspend`, which belongs to people.
    package func updated(to desired: KubernetesObject) -> KubernetesObject {
        var updated = self
        updated.setLabels(labels.merging(desired.labels) { $1 })
        updated.setAnnotations(annotations.merging(desired.annotations) { $1 })
        updated.ownerReferences = desired.ownerReferences
        updated.spec = desired.spec
        if let suspend = self["spec", "suspend"] { updated["spec", "suspend"] = suspend }
        return updated
    }

    private mutating func setLabels(_ new: [String: String]) {
        if new != labels { labels = new }
    }

    private mutating func setAnnotations(_ new: [String: String]) {
        if new != annotations { annotations = new }
    }
}
