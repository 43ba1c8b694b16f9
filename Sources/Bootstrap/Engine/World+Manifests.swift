import Core
import Inventory
import Kubernetes
import Packages
import YAML

/// The objects that a run applies, made from the plan and the files of the release.
extension World {
    /// The namespace of the platform and the definitions of its own kinds.
    func cozystackDefinitions() throws -> [KubernetesObject] {
        let definitions = try release.crds.flatMap { try manifest($0) }.map(PlatformObjects.definition)
        return [PlatformObjects.systemNamespace] + definitions
    }

    /// Flux as upstream's operator installs it.
    func fluxManifest() throws -> [KubernetesObject] {
        FluxObjects.prepared(try manifest(release.flux))
    }

    /// The source of all packages and the PackageSource of the platform.
    func platformSource() -> [KubernetesObject] {
        let source = Release.Source(url: plan.source.url, digest: plan.source.digest)
        return [
            PlatformObjects.source(source, insecure: plan.source.insecure),
            PlatformObjects.packageSource(release.catalogue.platformSource),
        ]
    }

    /// The platform's Package with the operator's variant and values.
    func platformPackage() -> [KubernetesObject] {
        [PlatformObjects.package(variant: plan.variant, values: plan.platformValues)]
    }

    /// A downloaded manifest.
    private func manifest(_ file: Release.File) throws -> [KubernetesObject] {
        let path = "\(directory.assets)/\(file.name)"
        return try YAML.parse(try FileStore.read(path), file: path).compactMap { document in
            let json = try document.json()
            return json.isNull ? nil : KubernetesObject(json)
        }
    }
}
