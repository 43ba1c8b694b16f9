/// A kind of object as the API serves it: where it lives and how it is called.
package struct ResourceType: Sendable, Hashable {
    /// Empty for the core group.
    package let group: String
    package let version: String
    package let kind: String
    /// The name in URLs: lower case, plural.
    package let plural: String
    package let namespaced: Bool

    package init(group: String, version: String, kind: String, plural: String, namespaced: Bool) {
        self.group = group
        self.version = version
        self.kind = kind
        self.plural = plural
        self.namespaced = namespaced
    }

    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// `packages.cozystack.io`, as kubectl names it.
    package var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }

    /// The path of the group and version: `/api/v1`, `/apis/apps/v1`.
    package static func path(apiVersion: String) -> String {
        apiVersion.contains("/") ? "/apis/\(apiVersion)" : "/api/\(apiVersion)"
    }

    /// The URL path of the collection, or of one object, or of a subresource of it.
    ///
    /// - Parameter namespace: ignored for cluster-scoped kinds; nil means all namespaces.
    package func path(namespace: String?, name: String? = nil, subresource: String? = nil) -> String {
        var path = ResourceType.path(apiVersion: apiVersion)
        if namespaced, let namespace { path += "/namespaces/\(URLText.segment(namespace))" }
        path += "/\(plural)"
        if let name { path += "/\(URLText.segment(name))" }
        if let subresource { path += "/\(subresource)" }
        return path
    }
}
