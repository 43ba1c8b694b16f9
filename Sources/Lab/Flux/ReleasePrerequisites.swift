import Core
import Kubernetes
import PKI
import Packages
import YAML

/// A release with everything that its installation needs.
struct PreparedRelease: Sendable {
    let chart: Chart
    /// The values that the chart is rendered with, its own defaults not included.
    let values: JSON

    /// `status.lastAttemptedConfigDigest`.
    var configDigest: String { "sha256:" + SHA256.hexadecimalHash(values.serialized()) }
}

/// What must be there before a release is acted upon, in the order in which helm-controller looks.
struct ReleasePrerequisites: Sendable {
    let context: FluxContext

    func check(_ object: KubernetesObject) async throws(NotReady) -> PreparedRelease {
        if let blocked = blockedDependency(of: object) {
            throw .waiting(.ready(.no, "DependencyNotReady", Self.message(blocked)))
        }
        let artifact = try artifact(of: object)
        let values = try await values(of: object)
        do throws(Fault) {
            return PreparedRelease(chart: try Chart(artifact), values: values)
        } catch {
            throw .failed(.ready(.no, "ArtifactFailed", "could not load chart: \(error.what)"))
        }
    }

    /// The first dependency that is missing or not ready; nil when there is none.
    func blockedDependency(of object: KubernetesObject) -> ObjectKey? {
        Self.dependencies(of: object).first { key in
            guard let dependency = context.releases[key] else { return true }
            return !Self.isFulfilled(dependency)
        }
    }

    static func message(_ dependency: ObjectKey) -> String { "dependency '\(dependency)' is not ready" }

    /// helm-controller's rule: the present generation has been observed, and the release is Ready.
    static func isFulfilled(_ release: KubernetesObject) -> Bool {
        release.generation == release.observedGeneration && release.isReady
    }

    static func dependencies(of object: KubernetesObject) -> [ObjectKey] {
        (object["spec", "dependsOn"]?.array ?? []).map { dependency in
            ObjectKey(
                namespace: dependency["namespace"]?.string ?? object.namespace, name: dependency["name"]?.string ?? "")
        }
    }

    /// The ExternalArtifact that holds the chart.
    static func chart(of object: KubernetesObject) -> ObjectKey? {
        guard let reference = object["spec", "chartRef"], reference["kind"]?.string == "ExternalArtifact",
            let name = reference["name"]?.string
        else { return nil }
        return ObjectKey(namespace: reference["namespace"]?.string ?? object.namespace, name: name)
    }

    /// `Secret/namespace/name` of each source of values.
    static func valuesKeys(of object: KubernetesObject) -> [String] {
        (object["spec", "valuesFrom"]?.array ?? []).map { reference in
            "\(reference["kind"]?.string ?? "")/\(object.namespace ?? "")/\(reference["name"]?.string ?? "")"
        }
    }

    private func artifact(of object: KubernetesObject) throws(NotReady) -> StoredArtifact {
        guard let key = Self.chart(of: object) else {
            throw .failed(.ready(.no, "ArtifactFailed", "charts that are no ExternalArtifact are not part of the lab"))
        }
        guard let live = context.artifacts[key] else {
            let what = "externalartifacts.source.toolkit.fluxcd.io \"\(key.name)\" not found"
            throw .waiting(.ready(.no, "ArtifactFailed", "could not get Source object: \(what)"))
        }
        guard live.isReady, let path = live["status", "artifact", "path"]?.string else {
            throw .waiting(.ready(.no, "SourceNotReady", "ExternalArtifact '\(key)' is not ready"))
        }
        guard let stored = context.store[path], stored.digest == live["status", "artifact", "digest"]?.string else {
            throw .failed(.ready(.no, "ArtifactFailed", "could not load chart: \(path) not found"))
        }
        return stored
    }

    private func values(of object: KubernetesObject) async throws(NotReady) -> JSON {
        var values = JSON.object([:])
        for reference in object["spec", "valuesFrom"]?.array ?? [] {
            if let found = try await referencedValues(reference, object) { values = values.merging(found) }
        }
        return values.merging(object["spec", "values"] ?? .object([:]))
    }

    private func referencedValues(_ reference: JSON, _ object: KubernetesObject) async throws(NotReady) -> JSON? {
        let (kind, name) = (reference["kind"]?.string ?? "", reference["name"]?.string ?? "")
        let key = reference["valuesKey"]?.string ?? "values.yaml"
        let isOptional = reference["optional"]?.bool ?? false
        let place =
            "could not resolve \(kind) chart values reference '\(object.namespace ?? "")/\(name)' with key '\(key)'"
        let holder: KubernetesObject?
        do {
            holder = try await context.client.get(
                kind == "Secret" ? .secret : .configMap, name, namespace: object.namespace)
        } catch {
            throw .broken(error)
        }
        guard let holder else {
            if isOptional { return nil }
            throw .failed(.ready(.no, "ValuesError", "\(place): \(kind.lowercased())s \"\(name)\" not found"))
        }
        let text = holder["data", key]?.string
        guard let text, let bytes = kind == "Secret" ? Base64.decode(text) : Array(text.utf8) else {
            if isOptional { return nil }
            throw .failed(.ready(.no, "ValuesError", "\(place): missing key"))
        }
        do throws(Fault) {
            guard let document = try YAML.parse(bytes, file: key).first, !document.isNull else { return nil }
            return try document.json(file: key)
        } catch {
            throw .failed(.ready(.no, "ValuesError", "\(place): \(error)"))
        }
    }
}
