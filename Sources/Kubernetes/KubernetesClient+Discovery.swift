import Core
import Synchronization

extension KubernetesClient {
    /// The type that serves a kind: one of those known to this program, else as the server's discovery says.
    ///
    /// A kind that the remembered answer does not have is asked for again, because a CRD may just have come.
    ///
    /// - Throws: ``Core/Fault`` `notFound` when the server does not serve the kind.
    package func resolve(apiVersion: String, kind: String) async throws -> ResourceType {
        if let known = discovery.known(apiVersion, kind) { return known }
        let request = request("GET", ResourceType.path(apiVersion: apiVersion))
        do {
            let resources = try json(try await send(request), of: request)
            discovery.remember(DiscoveryCache.types(in: resources, apiVersion: apiVersion), apiVersion)
        } catch let error as KubernetesError where error.isNotFound {
            discovery.remember([], apiVersion)
        }
        if let found = discovery.known(apiVersion, kind) { return found }
        throw Fault(
            .notFound, "the cluster does not serve \(kind) of \(apiVersion)",
            next: "install its CustomResourceDefinition first")
    }
}

/// What discovery answered, by apiVersion.
final class DiscoveryCache: Sendable {
    private let types: Mutex<[String: [ResourceType]]>

    init() {
        types = Mutex(Dictionary(grouping: ResourceType.known, by: \.apiVersion))
    }

    func known(_ apiVersion: String, _ kind: String) -> ResourceType? {
        types.withLock { $0[apiVersion]?.first { $0.kind == kind } }
    }

    func remember(_ found: [ResourceType], _ apiVersion: String) {
        types.withLock { types in
            let kinds = Set(found.map(\.kind))
            types[apiVersion] = found + (types[apiVersion] ?? []).filter { !kinds.contains($0.kind) }
        }
    }

    /// The types in an `APIResourceList`; subresources are left out.
    static func types(in list: JSON, apiVersion: String) -> [ResourceType] {
        let parts = apiVersion.split(separator: "/")
        return (list["resources"]?.array ?? []).compactMap { resource in
            guard let name = resource["name"]?.string, !name.contains("/"), let kind = resource["kind"]?.string else {
                return nil
            }
            return ResourceType(
                group: parts.count == 2 ? String(parts[0]) : "", version: parts.last.map(String.init) ?? apiVersion,
                kind: kind, plural: name, namespaced: resource["namespaced"]?.bool ?? true)
        }
    }
}
