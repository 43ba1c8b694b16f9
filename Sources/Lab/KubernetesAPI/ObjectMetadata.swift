import Core

/// The rules of `metadata`, which all kinds share.
enum ObjectMetadata {
    /// How a name may look.
    enum NameRule: Sendable {
        case subdomain
        case label
        /// Anything that fits into a path segment.
        case pathSegment
    }

    /// The schema that server-side apply and validation use for `metadata`.
    static let schema = Schema(
        properties: [
            "name": text, "generateName": text, "namespace": text, "uid": text, "resourceVersion": text,
            "selfLink": text, "generation": Schema(rules: rules("integer")),
            "creationTimestamp": nullableText, "deletionTimestamp": nullableText,
            "deletionGracePeriodSeconds": Schema(rules: rules("integer")),
            "labels": textMap, "annotations": textMap,
            "finalizers": Schema(items: text, list: .set, rules: rules("array")),
            "ownerReferences": Schema(
                items: ownerReference, list: .map([Schema.Key("uid")]), rules: rules("array")),
            "managedFields": Schema(unknown: .items, rules: rules("array")),
        ], rules: rules("object"))

    private static let text = Schema(rules: rules("string"))
    private static let nullableText = Schema(
        rules: {
            var nullable = rules("string")
            nullable.isNullable = true
            return nullable
        }())
    private static let textMap = Schema(additional: text, rules: rules("object"))
    private static let ownerReference = Schema(
        properties: [
            "apiVersion": text, "kind": text, "name": text, "uid": text,
            "controller": Schema(rules: rules("boolean")), "blockOwnerDeletion": Schema(rules: rules("boolean")),
        ], isAtomicMap: true,
        rules: {
            var owner = rules("object")
            owner.required = ["apiVersion", "kind", "name", "uid"]
            return owner
        }())

    private static func rules(_ type: String) -> Schema.Rules {
        var rules = Schema.Rules()
        rules.type = type
        return rules
    }

    /// What is wrong with an object's metadata.
    static func faults(_ metadata: JSON, name rule: NameRule) -> [APIError.Cause] {
        var validation = SchemaValidation()
        validation.validate(metadata, schema, at: "metadata")
        var causes = validation.causes
        if let name = metadata["name"]?.string, let why = fault(ofName: name, rule) {
            causes.append(
                APIError.Cause("FieldValueInvalid", "Invalid value: \(name.quoted): \(why)", field: "metadata.name"))
        }
        for (key, value) in (metadata["labels"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
            if let why = fault(ofKey: key) {
                causes.append(
                    APIError.Cause(
                        "FieldValueInvalid", "Invalid value: \(key.quoted): \(why)", field: "metadata.labels"))
            }
            if let text = value.string, !isLabelValue(text) {
                causes.append(
                    APIError.Cause(
                        "FieldValueInvalid",
                        "Invalid value: \(text.quoted): a valid label must be an empty string or consist of alphanumeric "
                            + "characters, '-', '_' or '.', and must start and end with an alphanumeric character",
                        field: "metadata.labels"))
            }
        }
        var size = 0
        for (key, value) in (metadata["annotations"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
            size += key.utf8.count + (value.string?.utf8.count ?? 0)
            if let why = fault(ofKey: key.lowercased()) {
                causes.append(
                    APIError.Cause(
                        "FieldValueInvalid", "Invalid value: \(key.quoted): \(why)", field: "metadata.annotations"))
            }
        }
        if size > 262_144 {
            causes.append(
                APIError.Cause(
                    "FieldValueTooLong", "Too long: may not be more than 262144 bytes", field: "metadata.annotations"))
        }
        return causes
    }

    private static let subdomain = Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
    private static let label = Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    private static let qualified = Pattern("^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$")

    static func fault(ofName name: String, _ rule: NameRule) -> String? {
        switch rule {
        case .subdomain where name.utf8.count > 253 || subdomain?.matches(name) != true:
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
                + "start and end with an alphanumeric character"
        case .label where name.utf8.count > 63 || label?.matches(name) != true:
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and "
                + "end with an alphanumeric character"
        case .pathSegment where name == "." || name == ".." || name.contains("/") || name.contains("%"):
            "may not be '.' or '..' and may not contain '/' or '%'"
        default: nil
        }
    }

    private static func fault(ofKey key: String) -> String? {
        let parts = key.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = parts[parts.count - 1]
        if parts.count == 2, fault(ofName: parts[0], .subdomain) != nil {
            return "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters"
        }
        guard name.utf8.count <= 63, qualified?.matches(name) == true else {
            return "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
                + "alphanumeric character"
        }
        return nil
    }

    static func isLabelValue(_ text: String) -> Bool {
        text.isEmpty || (text.utf8.count <= 63 && qualified?.matches(text) == true)
    }
}
