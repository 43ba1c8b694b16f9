import Core
package import Kubernetes

extension PackageSource {
    /// The ArtifactGenerator that builds one ExternalArtifact for each component of each variant, installable or not.
    ///
    /// - Parameter uid: the UID of the PackageSource, which owns the generator.
    /// - Returns: nil without a source or without any component; an older generator is then left as it is.
    package func artifactGenerator(uid: String) -> KubernetesObject? {
        guard let sourceRef else { return nil }
        let artifacts = artifacts(of: sourceRef)
        guard !artifacts.isEmpty else { return nil }
        var generator = KubernetesObject(
            .artifactGenerator, name: name, namespace: CozystackNames.systemNamespace,
            labels: [CozystackNames.packageSourceLabel: name])
        generator.ownerReferences = [OwnerReference(ResourceType.packageSource, name: name, uid: uid)]
        generator.spec = [
            "sources": [
                [
                    "alias": .string(sourceRef.name), "kind": .string(sourceRef.kind), "name": .string(sourceRef.name),
                    "namespace": .string(sourceRef.namespace),
                ]
            ],
            "artifacts": .array(artifacts),
        ]
        return generator
    }

    private func artifacts(of reference: Reference) -> [JSON] {
        variants.flatMap { variant in
            variant.components.filter(\.hasArtifact).map { component in
                [
                    "name": .string(artifactName(variant, component)),
                    "copy": .array(copies(of: component, in: variant, from: reference)),
                ]
            }
        }
    }

    /// The chart, then its libraries below `charts/`, then its values files merged into `values.yaml`.
    private func copies(of component: Component, in variant: Variant, from reference: Reference) -> [JSON] {
        let root = "@\(reference.name)/" + (reference.basePath.isEmpty ? "" : "\(reference.basePath)/")
        let target = "@artifact/\(component.directory)"
        var copies = [Self.copy("\(root)\(component.path)/**", "\(target)/")]
        for name in component.libraries {
            // As upstream's map of libraries has it, the last library of a name counts; unknown ones are left out.
            guard !name.isEmpty, let library = variant.libraries.last(where: { $0.effectiveName == name }) else {
                continue
            }
            copies.append(Self.copy("\(root)\(library.path)/**", "\(target)/charts/\(name)/"))
        }
        for (index, file) in component.valuesFiles.enumerated() {
            let strategy = index == 0 ? "Overwrite" : "Merge"
            copies.append(Self.copy("\(root)\(component.path)/\(file)", "\(target)/values.yaml", strategy: strategy))
        }
        return copies
    }

    private static func copy(_ from: String, _ to: String, strategy: String? = nil) -> JSON {
        .fields(["from": .string(from), "to": .string(to), "strategy": strategy.map(JSON.string)])
    }
}

extension PackageSource.Reference {
    /// The directory that component paths start from, without slashes at its ends.
    package var basePath: String {
        if let path, !path.isEmpty { return path.trimmingSlashes }
        return kind == ResourceType.gitRepository.kind ? "packages" : ""
    }
}

extension OwnerReference {
    /// A controlling reference as upstream's controllers write it, without `blockOwnerDeletion`.
    init(_ type: ResourceType, name: String, uid: String) {
        self.init(apiVersion: type.apiVersion, kind: type.kind, name: name, uid: uid, controller: true)
    }
}

extension String {
    fileprivate var trimmingSlashes: String {
        var rest = self[...]
        while rest.first == "/" { rest = rest.dropFirst() }
        while rest.last == "/" { rest = rest.dropLast() }
        return String(rest)
    }
}
