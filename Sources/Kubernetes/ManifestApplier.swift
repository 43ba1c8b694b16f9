import Core

extension KubernetesClient {
    /// Applies the objects of a manifest in an order in which each finds what it needs.
    ///
    /// First the CRDs, namespaces and cluster roles; then it waits until the CRDs are established and served; then
    /// the rest, in the order that Flux applies kinds in.
    ///
    /// - Parameters:
    ///   - poll: the pause between two looks at the CRDs.
    ///   - onApplied: told of each object that was applied, as the server answered it.
    /// - Throws: ``Core/Fault`` `timeout` naming the CRDs that are not established by the deadline, and what
    ///   ``apply(_:fieldManager:force:subresource:dryRun:)`` throws.
    package func applyManifest(
        _ objects: [KubernetesObject], fieldManager: String, force: Bool = true, deadline: Duration = .seconds(120),
        poll: Duration = .milliseconds(500), onApplied: @Sendable (KubernetesObject) -> Void = { _ in }
    ) async throws {
        let ordered = ManifestOrder.sorted(objects)
        let first = ordered.filter(ManifestOrder.isFirstStage)
        for object in first { onApplied(try await apply(object, fieldManager: fieldManager, force: force)) }
        let definitions = first.filter { $0.kind == ResourceType.customResourceDefinition.kind }
        try await waitUntilEstablished(definitions, deadline: deadline, poll: poll)
        for object in ordered where !ManifestOrder.isFirstStage(object) {
            onApplied(try await apply(object, fieldManager: fieldManager, force: force))
        }
    }

    /// Waits until CRDs are established and their collections can be listed.
    package func waitUntilEstablished(
        _ definitions: [KubernetesObject], deadline: Duration = .seconds(120), poll: Duration = .milliseconds(500)
    ) async throws {
        var waiting = definitions
        let end = ContinuousClock.now + deadline
        while !waiting.isEmpty {
            var rest: [KubernetesObject] = []
            for definition in waiting where try await !isServed(definition) { rest.append(definition) }
            waiting = rest
            guard !waiting.isEmpty else { return }
            guard ContinuousClock.now < end else {
                throw Fault(
                    .timeout, "CustomResourceDefinitions are not established after \(deadline)",
                    why: waiting.map(\.name).joined(separator: ", "),
                    next: "see their conditions: kubectl get crd -o yaml")
            }
            try await Task.sleep(for: poll)
        }
    }

    private func isServed(_ definition: KubernetesObject) async throws -> Bool {
        guard let live = try await get(.customResourceDefinition, definition.name) else { return false }
        if case .failed(let why) = live.health {
            throw Fault(.conflict, "the names of CustomResourceDefinition \(live.name) are not accepted", why: why)
        }
        guard live.health == .current, let type = live.definedType else { return false }
        let probe = request("GET", type.path(namespace: nil), query: [("limit", "1")])
        return (200..<300).contains(try await transport.collect(probe, limit: behaviour.answerLimit).status)
    }
}

extension KubernetesObject {
    /// The type that a CRD defines, in its storage version, else the first one served.
    package var definedType: ResourceType? {
        let versions = self["spec", "versions"]?.array ?? []
        let version =
            versions.first { $0["storage"]?.bool == true && $0["served"]?.bool != false }
            ?? versions.first { $0["served"]?.bool == true }
        guard let group = self["spec", "group"]?.string, let kind = self["spec", "names", "kind"]?.string,
            let plural = self["spec", "names", "plural"]?.string, let name = version?["name"]?.string
        else { return nil }
        return ResourceType(
            group: group, version: name, kind: kind, plural: plural,
            namespaced: self["spec", "scope"]?.string != "Cluster")
    }
}

/// The order in which objects of a manifest are applied.
package enum ManifestOrder {
    private static let kinds = [
        "CustomResourceDefinition", "Namespace", "ClusterRole", "ClusterClass", "RuntimeClass", "PriorityClass",
        "StorageClass", "VolumeSnapshotClass", "IngressClass", "GatewayClass", "ClusterRoleBinding", "ResourceQuota",
        "ServiceAccount", "Role", "RoleBinding", "ConfigMap", "Secret", "Service", "LimitRange", "Deployment",
        "StatefulSet", "CronJob", "PodDisruptionBudget",
    ]
    private static let last = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]

    /// Kinds that others need to exist before they can be applied.
    package static func isFirstStage(_ object: KubernetesObject) -> Bool {
        ["CustomResourceDefinition", "Namespace", "ClusterRole"].contains(object.kind)
    }

    /// Sorted by kind as Flux does, then by group, kind, namespace and name.
    package static func sorted(_ objects: [KubernetesObject]) -> [KubernetesObject] {
        let ranked = objects.map { (rank: rank($0.kind), object: $0) }
        return ranked.sorted { left, right in
            if left.rank != right.rank { return left.rank < right.rank }
            return sortKey(left.object).lexicographicallyPrecedes(sortKey(right.object))
        }.map(\.object)
    }

    private static func rank(_ kind: String) -> Int {
        if let rank = kinds.firstIndex(of: kind) { return rank }
        if let rank = last.firstIndex(of: kind) { return kinds.count + 1 + rank }
        return kinds.count
    }

    private static func sortKey(_ object: KubernetesObject) -> [String] {
        let group = object.apiVersion.split(separator: "/").dropLast().first.map(String.init) ?? ""
        return [group, object.kind, object.namespace ?? "", object.name]
    }
}
