import Core
import Kubernetes
import Packages

/// The chart `core/platform`, rendered as Helm would render it and waited for as helm-controller waits.
struct PlatformRelease: Sendable {
    private static let release = ObjectKey(namespace: "cozy-system", name: "cozystack-platform")
    private static let sourceKey = ObjectKey(namespace: "cozy-system", name: "cozystack-platform")
    private static let versionName = "cozystack-version"
    private static let manager = "helm-controller"

    let context: FluxContext

    static func isPlatform(_ key: ObjectKey) -> Bool { key == release }

    /// Applies everything that the chart renders, and waits until it is all current.
    ///
    /// - Throws: ``Core/Fault`` when the chart cannot be rendered or the time is up.
    func install(_ step: HelmStep, timeout: Duration) async throws {
        let objects = try await render(step)
        try await withThrowingTaskGroup(of: Void.self) { group in
            var waiting = ManifestOrder.sorted(objects)[...]
            for _ in 0..<8 {
                guard let object = waiting.popFirst() else { break }
                group.addTask { try await apply(object) }
            }
            while try await group.next() != nil {
                if let object = waiting.popFirst() { group.addTask { try await apply(object) } }
            }
        }
        try await wait(for: objects, timeout: timeout)
    }

    /// Removes what the chart rendered and Helm may delete: Packages are kept (`helm.sh/resource-policy`).
    func uninstall() async throws {
        let sources = try await context.client.list(.packageSource, labels: "app.kubernetes.io/managed-by=Helm")
        for source in sources.items { try await context.client.delete(.packageSource, source.name) }
        for (type, name) in [(ResourceType.ociRepository, "cozystack-packages"), (.secret, "cozystack-values")] {
            try await context.client.delete(type, name, namespace: Self.release.namespace)
        }
    }

    private func apply(_ object: KubernetesObject) async throws {
        do {
            try await context.client.apply(object, fieldManager: Self.manager, force: true)
        } catch let error as KubernetesError {
            throw Fault(.failed, "failed to create resource: \(object.kind) \(object.key): \(error.message)")
        }
    }

    private func wait(for objects: [KubernetesObject], timeout: Duration) async throws {
        let timing = Informer.Timing(backoff: context.options.backoff)
        let packages = Informer(client: context.client, type: .package, timing: timing)
        let sources = Informer(client: context.client, type: .packageSource, timing: timing)
        let informers = [
            "Package": packages, "PackageSource": sources, "OCIRepository": context.repositories,
        ]
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await packages.run() }
            group.addTask { await sources.run() }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw Fault(.timeout, "context deadline exceeded")
            }
            group.addTask {
                for kind in ["OCIRepository", "PackageSource", "Package"] {
                    let keys = objects.filter { $0.kind == kind }.map(\.key)
                    try await informers[kind]?.wait { informer in
                        keys.allSatisfy { informer[$0]?.health == .current }
                    }
                }
                throw Done()
            }
            defer { group.cancelAll() }
            do {
                while try await group.next() != nil {}
            } catch is Done {}
        }
    }

    /// Ends the group of ``wait(for:timeout:)``.
    private struct Done: Error {}

    /// The chart's objects with Helm's marks of ownership.
    private func render(_ step: HelmStep) async throws -> [KubernetesObject] {
        let chart = step.release.chart
        let values = chart.values.merging(step.release.values)
        let source = try await context.client.get(
            .ociRepository, Self.sourceKey.name, namespace: Self.sourceKey.namespace)
        guard let source else {
            let template = "cozystack-platform/templates/repository.yaml"
            throw Fault(.failed, "execution error at (\(template)): source object \(Self.sourceKey) not found")
        }
        let renderer = PlatformChart(try PlatformArtifact.catalogue(in: chart.files))
        let variant = values["bundles"]?["system"]?["variant"]?.string ?? "isp-full"
        var objects = renderer.render(variant: variant, values: values, source: source)
        if try await hasVersion() { objects.removeAll { $0.name == Self.versionName } }
        return objects.map { object in
            var object = object
            object.labels["app.kubernetes.io/managed-by"] = "Helm"
            object.annotations["meta.helm.sh/release-name"] = step.name
            object.annotations["meta.helm.sh/release-namespace"] = step.namespace
            return object
        }
    }

    /// The counter of migrations is rendered only where there is none.
    private func hasVersion() async throws -> Bool {
        try await context.client.get(.configMap, Self.versionName, namespace: Self.release.namespace) != nil
    }
}
