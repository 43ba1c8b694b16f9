import Core
import Kubernetes
import Logging

/// Brings the HelmReleases of a Package into the cluster, and those that it no longer wants out of it.
struct HelmReleaseWriter: Sendable {
    let client: KubernetesClient
    let caches: ControllerCaches

    /// Creates a HelmRelease, or updates the one of that name, keeping what belongs to others.
    ///
    /// - Throws: ``Core/Fault`` `conflict` when the release belongs to somebody else; what the client throws.
    func write(_ desired: KubernetesObject, of package: String, in world: PackageWorld) async throws {
        var live = caches.releases[desired.key]
        // A copy that lags behind is found out by the API server; reading the object anew settles it.
        for _ in 0..<4 {
            do {
                return try await write(desired, over: live, of: package, in: world)
            } catch let error as KubernetesError where error.status == 409 || error.isNotFound {
                let fresh = try await read(desired)
                if error.isNotFound, fresh == nil, live == nil { throw error }
                live = fresh
            }
        }
        try await write(desired, over: live, of: package, in: world)
    }

    private func read(_ desired: KubernetesObject) async throws -> KubernetesObject? {
        try await client.get(.helmRelease, desired.name, namespace: desired.namespace)
    }

    private func write(
        _ desired: KubernetesObject, over live: KubernetesObject?, of package: String, in world: PackageWorld
    ) async throws {
        guard let live else {
            let answer = try await client.create(desired, fieldManager: FieldManagers.cozystackOperator)
            return caches.releases.note(answer)
        }
        try checkOwner(of: live, package, world)
        let updated = live.updated(to: desired)
        guard updated != live else { return }
        caches.releases.note(try await client.replace(updated, fieldManager: FieldManagers.cozystackOperator))
    }

    /// A release may be taken over from nobody, and from a Package that no longer wants it; not from a Package that
    /// would write it back, nor from another controller.
    private func checkOwner(of live: KubernetesObject, _ package: String, _ world: PackageWorld) throws(Fault) {
        guard let owner = live.ownerReferences.first(where: \.controller) else { return }
        if owner.kind == ResourceType.package.kind {
            guard owner.name != package else { return }
            let wanted = world.active(owner.name)?.installed.contains {
                $0.reference.namespace == live.namespace && $0.reference.name == live.name
            }
            guard wanted == true else { return }
        }
        throw Fault(.conflict, "HelmRelease \(live.key) belongs to \(owner.kind) \(owner.name)")
    }

    /// Deletes the HelmReleases that carry a Package's label and are not wanted. Failures are logged only: the next look
    /// at the Package tries again.
    func removeOrphans(of package: String, keeping desired: Set<ReleaseReference>, logger: Logger) async {
        for release in caches.releases.objects where release.labels[CozystackNames.packageLabel] == package {
            let reference = ReleaseReference(release)
            guard !desired.contains(reference), !release.isBeingDeleted else { continue }
            do {
                try await client.delete(
                    .helmRelease, release.name, namespace: release.namespace, uid: release.uid,
                    propagation: .background)
            } catch {
                logger.warning(
                    "orphaned HelmRelease not deleted", metadata: ["release": "\(reference)", "error": "\(error)"])
            }
        }
    }
}
