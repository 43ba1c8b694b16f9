import Core

/// The OpenAPI v3 documents, as far as `kubectl` reads them: which query fields a write takes, and the schemas of CRDs.
struct OpenAPI: Sendable {
    let kinds: [ResourceKind]
    let revision: Int

    var index: JSON {
        var paths: [String: JSON] = [:]
        for groupVersion in Set(kinds.map(\.groupVersion)) {
            let path = (groupVersion.group.isEmpty ? "api/" : "apis/") + groupVersion.description
            paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(revision)")]
        }
        return ["paths": .object(paths)]
    }

    func document(_ groupVersion: GroupVersion) -> JSON? {
        let served = kinds.filter { $0.groupVersion == groupVersion }
        guard !served.isEmpty else { return nil }
        var paths: [String: JSON] = [:]
        var schemas: [String: JSON] = [:]
        for kind in served {
            let prefix = (kind.group.isEmpty ? "/api/" : "/apis/") + kind.apiVersion
            let collection = prefix + (kind.isNamespaced ? "/namespaces/{namespace}/" : "/") + kind.plural
            paths[collection] = [
                "get": operation(kind, "list", []), "post": operation(kind, "post", Self.writeFields),
            ]
            paths[collection + "/{name}"] = [
                "get": operation(kind, "get", []), "put": operation(kind, "put", Self.writeFields),
                "patch": operation(kind, "patch", Self.writeFields + ["force"]),
                "delete": operation(kind, "delete", ["dryRun", "propagationPolicy", "gracePeriodSeconds"]),
            ]
            schemas[name(kind)] = schema(kind)
        }
        return [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "unversioned"], "paths": .object(paths),
            "components": ["schemas": .object(schemas)],
        ]
    }

    private static let writeFields = ["dryRun", "fieldManager", "fieldValidation"]

    private func operation(_ kind: ResourceKind, _ action: String, _ fields: [String]) -> JSON {
        let parameters = fields.map { field -> JSON in
            ["name": .string(field), "in": "query", "schema": ["type": "string", "uniqueItems": true]]
        }
        return [
            "x-kubernetes-action": .string(action), "x-kubernetes-group-version-kind": groupVersionKind(kind),
            "parameters": .array(parameters),
            "responses": [
                "200": [
                    "description": "OK",
                    "content": [
                        "application/json": ["schema": ["$ref": .string("#/components/schemas/\(name(kind))")]]
                    ],
                ]
            ],
        ]
    }

    private func groupVersionKind(_ kind: ResourceKind) -> JSON {
        ["group": .string(kind.group), "version": .string(kind.version), "kind": .string(kind.kind)]
    }

    /// The group's labels in reverse, version, kind.
    private func name(_ kind: ResourceKind) -> String {
        let group =
            kind.group.isEmpty ? "io.k8s.api.core" : kind.group.split(separator: ".").reversed().joined(separator: ".")
        return "\(group).\(kind.version).\(kind.kind)"
    }

    private func schema(_ kind: ResourceKind) -> JSON {
        var schema = kind.openAPI ?? ["type": "object"]
        schema["x-kubernetes-group-version-kind"] = [groupVersionKind(kind)]
        return schema
    }
}
