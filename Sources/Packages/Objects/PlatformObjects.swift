package import Core
package import Kubernetes

/// The objects that upstream's installer and operator make before any Package exists.
package enum PlatformObjects {
    /// Both the platform's source and the stem of its PackageSource's name.
    package static let sourceName = "cozystack-platform"
    /// The name of the platform's PackageSource and Package.
    package static let packageName = "cozystack.cozystack-platform"

    /// Namespace `cozy-system`, which must be privileged before a pod on the host's network can start in it.
    package static var systemNamespace: KubernetesObject {
        KubernetesObject(
            .namespace, name: CozystackNames.systemNamespace,
            labels: [
                CozystackNames.systemLabel: "true", CozystackNames.noDeleteLabel: "true",
                CozystackNames.podSecurityLabel: "privileged",
            ],
            annotations: [CozystackNames.keepAnnotation: "keep"])
    }

    /// The source of all packages.
    ///
    /// - Parameters:
    ///   - insecure: the registry speaks plain HTTP.
    ///   - secret: the name of a Secret with credentials of the registry.
    package static func source(
        _ source: Release.Source, insecure: Bool = false, secret: String? = nil
    )
        -> KubernetesObject
    {
        let spec = JSON.fields([
            "interval": .string(Duration.seconds(300).goText), "url": .string(source.url),
            "ref": ["digest": .string(source.digest)], "insecure": insecure ? true : nil,
            "secretRef": secret.map { ["name": .string($0)] },
        ])
        return KubernetesObject(
            .ociRepository, name: sourceName, namespace: CozystackNames.systemNamespace, fields: ["spec": spec])
    }

    /// A PackageSource object.
    package static func packageSource(_ source: PackageSource) -> KubernetesObject {
        KubernetesObject(
            .packageSource, name: source.name, annotations: source.annotations, fields: ["spec": source.spec])
    }

    /// The platform's own Package: the variant that the operator chose, and the values of the platform chart.
    package static func package(variant: String, values: JSON?) -> KubernetesObject {
        let components: JSON? = values.flatMap { $0 == [:] ? nil : ["platform": ["values": $0]] }
        return KubernetesObject(
            .package, name: packageName,
            fields: ["spec": .fields(["variant": .string(variant), "components": components])])
    }

    /// A definition of PackageSource or Package as the operator applies it: kept from deletion.
    package static func definition(_ crd: KubernetesObject) -> KubernetesObject {
        var crd = crd
        crd.labels = crd.labels.merging([CozystackNames.noDeleteLabel: "true"]) { $1 }
        return crd
    }
}
