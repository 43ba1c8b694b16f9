import Core

/// Reading of `apiextensions.k8s.io/v1` CustomResourceDefinitions.
enum CustomResourceDefinition {
    static let storageName = "customresourcedefinitions.apiextensions.k8s.io"
    static let cleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io"

    static func fillDefaults(_ crd: inout JSON) {
        guard var names = crd["spec"]?["names"], let kind = names["kind"]?.string else { return }
        if names["singular"] == nil { names["singular"] = .string(kind.lowercased()) }
        if names["listKind"] == nil { names["listKind"] = .string(kind + "List") }
        crd[["spec", "names"]] = names
        if crd["spec"]?["conversion"] == nil { crd[["spec", "conversion"]] = ["strategy": "None"] }
    }

    static func faults(_ crd: JSON, old: JSON?) -> [APIError.Cause] {
        var causes: [APIError.Cause] = []
        func require(_ isTrue: Bool, _ reason: String, _ message: String, _ field: String) {
            if !isTrue { causes.append(APIError.Cause(reason, message, field: field)) }
        }
        let spec = crd["spec"] ?? .null
        let group = spec["group"]?.string ?? ""
        let plural = spec["names"]?["plural"]?.string ?? ""
        let name = crd["metadata"]?["name"]?.string ?? ""
        require(
            group.contains("."), "FieldValueInvalid",
            "Invalid value: \(group.quoted): should be a domain with at least one dot", "spec.group")
        require(
            name == "\(plural).\(group)", "FieldValueInvalid",
            "Invalid value: \(name.quoted): must be spec.names.plural+\".\"+spec.group", "metadata.name")
        for field in ["plural", "kind"] {
            require(
                spec["names"]?[field]?.string?.isEmpty == false, "FieldValueRequired", "Required value",
                "spec.names.\(field)")
        }
        let scope = spec["scope"]?.string ?? ""
        require(
            ["Cluster", "Namespaced"].contains(scope), "FieldValueNotSupported",
            "Unsupported value: \(scope.quoted): supported values: \"Cluster\", \"Namespaced\"", "spec.scope")
        let versions = spec["versions"]?.array ?? []
        require(
            versions.count { $0["storage"] == true } == 1, "FieldValueInvalid",
            "Invalid value: must have exactly one version marked as storage version", "spec.versions")
        for (index, version) in versions.enumerated() {
            causes += schemaFaults(
                version["schema"]?["openAPIV3Schema"], at: "spec.versions[\(index)].schema.openAPIV3Schema")
            for (column, definition) in (version["additionalPrinterColumns"]?.array ?? []).enumerated() {
                require(
                    definition["jsonPath"]?.string.flatMap { JSONPath($0) } != nil, "FieldValueInvalid",
                    "Invalid value: must be a simple json path starting with .",
                    "spec.versions[\(index)].additionalPrinterColumns[\(column)].jsonPath")
            }
        }
        if let old {
            require(
                old["spec"]?["group"] == spec["group"], "FieldValueInvalid",
                "Invalid value: \(group.quoted): field is immutable", "spec.group")
            require(
                old["spec"]?["scope"] == spec["scope"], "FieldValueInvalid",
                "Invalid value: \(scope.quoted): field is immutable", "spec.scope")
        }
        return causes
    }

    private static func schemaFaults(_ json: JSON?, at path: String) -> [APIError.Cause] {
        guard let json else {
            return [APIError.Cause("FieldValueRequired", "Required value: schemas are required", field: path)]
        }
        guard json["type"]?.string == "object" else {
            return [
                APIError.Cause(
                    "FieldValueInvalid", "Invalid value: \(json["type"] ?? ""): must be object at the root",
                    field: "\(path).type")
            ]
        }
        var causes: [APIError.Cause] = []
        _ = Schema(parsing: json, at: path, report: &causes)
        return causes
    }

    /// The served versions; empty while the names are not accepted.
    static func kinds(_ crd: JSON) -> [ResourceKind] {
        let spec = crd["spec"] ?? .null
        let names = spec["names"] ?? .null
        guard let group = spec["group"]?.string, let plural = names["plural"]?.string, let kind = names["kind"]?.string
        else { return [] }
        let versions = spec["versions"]?.array ?? []
        let storage = versions.first { $0["storage"] == true }?["name"]?.string
        return versions.filter { $0["served"] == true }.compactMap { version in
            guard let name = version["name"]?.string else { return nil }
            var resource = ResourceKind(
                group, name, plural, kind, singular: names["singular"]?.string, listKind: names["listKind"]?.string,
                isNamespaced: spec["scope"]?.string == "Namespaced")
            resource.shortNames = (names["shortNames"]?.array ?? []).compactMap(\.string)
            resource.categories = (names["categories"]?.array ?? []).compactMap(\.string)
            resource.hasStatus = version["subresources"]?["status"] != nil
            resource.generation = .content
            resource.isCustom = true
            resource.storageVersion = storage
            resource.openAPI = version["schema"]?["openAPIV3Schema"]
            resource.schema = schema(resource.openAPI ?? .object([:]))
            let columns = (version["additionalPrinterColumns"]?.array ?? []).compactMap {
                PrinterColumn(definition: $0)
            }
            resource.columns = [.nameColumn] + (columns.isEmpty ? [.age] : columns)
            if version["deprecated"] == true {
                resource.deprecation =
                    version["deprecationWarning"]?.string ?? "\(group)/\(name) \(kind) is deprecated"
            }
            return resource
        }
    }

    private static func schema(_ json: JSON) -> Schema {
        var ignored: [APIError.Cause] = []
        return Schema(parsing: json, report: &ignored).adding([
            "metadata": ObjectMetadata.schema, "apiVersion": Schema(), "kind": Schema(),
        ])
    }

    /// The status that an accepted CRD gets: names and the conditions `NamesAccepted` and `Established`.
    ///
    /// - Parameter conflict: why the names are refused.
    static func status(_ crd: JSON, conflict: String?, now: Timestamp) -> JSON {
        func condition(_ type: String, _ isTrue: Bool, _ reason: String, _ message: String) -> JSON {
            let old = crd["status"]?["conditions"]?.array?.first { $0["type"]?.string == type }
            let status: JSON = isTrue ? "True" : "False"
            let since = old?["status"] == status ? old?["lastTransitionTime"] : .none
            return [
                "type": .string(type), "status": status, "reason": .string(reason), "message": .string(message),
                "lastTransitionTime": since ?? .string(now.wholeSeconds),
            ]
        }
        let versions = crd["spec"]?["versions"]?.array ?? []
        let storage = versions.first { $0["storage"] == true }?["name"]
        var stored = crd["status"]?["storedVersions"]?.array ?? []
        if let storage, !stored.contains(storage) { stored.append(storage) }
        let empty: JSON = ["kind": "", "plural": ""]
        return [
            "acceptedNames": conflict == nil ? crd["spec"]?["names"] ?? empty : empty,
            "conditions": [
                condition(
                    "NamesAccepted", conflict == nil, conflict == nil ? "NoConflicts" : "NameConflict",
                    conflict ?? "no conflicts found"),
                condition(
                    "Established", conflict == nil, conflict == nil ? "InitialNamesAccepted" : "NotAccepted",
                    conflict == nil ? "the initial names have been accepted" : "not all names are accepted"),
            ],
            "storedVersions": .array(stored),
        ]
    }
}
