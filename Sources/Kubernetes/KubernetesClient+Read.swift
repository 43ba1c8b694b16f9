import Core

/// What a list call found.
package struct KubernetesList: Sendable {
    package var items: [KubernetesObject]
    /// Where a watch goes on from.
    package var resourceVersion: String
}

extension KubernetesClient {
    /// One object; nil when it, or its whole kind, does not exist.
    package func get(
        _ type: ResourceType, _ name: String, namespace: String? = nil, subresource: String? = nil
    ) async throws -> KubernetesObject? {
        do {
            return try await object(
                request("GET", type.path(namespace: namespace, name: name, subresource: subresource)))
        } catch let error as KubernetesError where error.isNotFound {
            return nil
        }
    }

    /// All objects of a kind, read page by page as of one resource version.
    ///
    /// When the server forgets that version between two pages, the list is read again in one piece.
    ///
    /// - Parameters:
    ///   - namespace: nil means all namespaces.
    ///   - labels: a label selector, `app=web,tier!=db`.
    ///   - fields: a field selector, `metadata.name=web`.
    package func list(
        _ type: ResourceType, namespace: String? = nil, labels: String? = nil, fields: String? = nil
    ) async throws -> KubernetesList {
        do {
            return try await pages(type, namespace, labels, fields, size: behaviour.pageSize)
        } catch let error as KubernetesError where error.isGone {
            return try await pages(type, namespace, labels, fields, size: nil)
        }
    }

    /// A GET of any path, such as `/version`.
    package func raw(_ path: String) async throws -> [UInt8] {
        try await send(request("GET", path)).body
    }

    /// Whether `/readyz` answers that all is well; false for every other answer.
    ///
    /// - Throws: ``Core/Fault`` when there is no answer.
    package func isServerReady() async throws -> Bool {
        try await transport.collect(request("GET", "/readyz"), limit: 1 << 20).status == 200
    }

    /// `gitVersion` of `/version`, such as `v1.33.12`.
    package func serverVersion() async throws -> String {
        let request = request("GET", "/version")
        return try json(try await send(request), of: request)["gitVersion"]?.string ?? ""
    }

    private func pages(
        _ type: ResourceType, _ namespace: String?, _ labels: String?, _ fields: String?, size: Int?
    ) async throws -> KubernetesList {
        var items: [KubernetesObject] = []
        var token: String?
        while true {
            let request = request(
                "GET", type.path(namespace: namespace),
                query: [
                    ("labelSelector", labels), ("fieldSelector", fields), ("limit", size.map(String.init)),
                    ("continue", token),
                ])
            let page = try json(try await send(request), of: request)
            for item in page["items"]?.array ?? [] { items.append(named(item, as: type)) }
            token = page["metadata"]?["continue"]?.string.flatMap { $0.isEmpty ? nil : $0 }
            guard token != nil else {
                let version = page["metadata"]?["resourceVersion"]?.string ?? ""
                return KubernetesList(items: items, resourceVersion: version)
            }
        }
    }

    /// The items of a list of a built-in kind come without their apiVersion and kind.
    private func named(_ item: JSON, as type: ResourceType) -> KubernetesObject {
        var object = KubernetesObject(item)
        if object.kind.isEmpty {
            object.apiVersion = type.apiVersion
            object.kind = type.kind
        }
        return object
    }
}
