package import Core
package import Kubernetes
import PKI
import YAML

/// What the chart `core/platform` of a release renders, without a Helm engine: for the lab, and to show what a variant
/// brings before it is installed.
///
/// Left out are objects of upstream's chart that no package depends on (admission policy, migration hook).
package struct PlatformChart: Sendable {
    private let catalogue: PackageCatalogue

    package init(_ catalogue: PackageCatalogue) {
        self.catalogue = catalogue
    }

    /// The chart's objects: the source of the packages, all PackageSources, the variant's Packages, the cluster's values
    /// and the migration counter.
    ///
    /// - Parameters:
    ///   - values: `spec.components.platform.values` of the platform's Package.
    ///   - source: the object that the platform itself came from; its spec is copied.
    package func render(variant: String, values: JSON = [:], source: KubernetesObject) -> [KubernetesObject] {
        let merged = catalogue.platform.values(variant: variant, overrides: values)
        var objects = [packagesSource(source)]
        objects += catalogue.sources.map(PlatformObjects.packageSource)
        objects += catalogue.platform.packages(variant: variant, overrides: values).map { package in
            KubernetesObject(
                .package, name: package.name, annotations: [CozystackNames.keepAnnotation: "keep"],
                fields: ["spec": package.spec])
        }
        return objects + [clusterValues(merged, variant: variant), migrationCounter]
    }

    private func packagesSource(_ platform: KubernetesObject) -> KubernetesObject {
        KubernetesObject(
            .ociRepository, name: catalogue.sources.first?.sourceRef?.name ?? "cozystack-packages",
            namespace: CozystackNames.systemNamespace, labels: [CozystackNames.noDeleteLabel: "true"],
            fields: ["spec": platform.spec ?? [:]])
    }

    private func clusterValues(_ values: PlatformValues, variant: String) -> KubernetesObject {
        let cluster: JSON = [
            "api-server-endpoint": .string(values.text("publishing.apiServerEndpoint")),
            "bundle-name": .string(variant),
            "cluster-domain": .string(values.text("networking.clusterDomain")),
            "cpu-allocation-ratio": .string(values.number("resources.cpuAllocationRatio")),
            "ephemeral-storage-allocation-ratio": .string(values.number("resources.ephemeralStorageAllocationRatio")),
            "expose-ingress": .string(values.text("publishing.ingressName")),
            "expose-services": .string(values.list("publishing.exposedServices").joined(separator: ",")),
            "memory-allocation-ratio": .string(values.number("resources.memoryAllocationRatio")),
            "oidc-enabled": .string(String(values.flag("authentication.oidc.enabled"))),
            "proxy-protocol": .string(String(values.flag("publishing.proxyProtocol"))),
            "root-host": .string(values.text("publishing.host")),
        ]
        let text = YAML.emit(Node(["_cluster": cluster]))
        return KubernetesObject(
            .secret, name: CozystackNames.valuesSecret, namespace: CozystackNames.systemNamespace,
            labels: ["reconcile.fluxcd.io/watch": "Enabled"],
            fields: ["type": "Opaque", "data": ["values.yaml": .string(Base64.encode(Array(text.utf8)))]])
    }

    private var migrationCounter: KubernetesObject {
        KubernetesObject(
            .configMap, name: "cozystack-version", namespace: CozystackNames.systemNamespace,
            labels: [CozystackNames.noDeleteLabel: "true"], annotations: [CozystackNames.keepAnnotation: "keep"],
            fields: ["data": ["version": .string(String(catalogue.platform.migrationTarget))]])
    }
}
