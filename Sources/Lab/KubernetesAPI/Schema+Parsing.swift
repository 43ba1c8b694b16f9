import Core

extension Schema {
    /// Reads an `openAPIV3Schema` (apiextensions.k8s.io/v1 `JSONSchemaProps`).
    ///
    /// - Throws: ``APIError`` cause texts through `report`; what cannot be read is left out.
    convenience init(parsing json: JSON, at path: String = "", report: inout [APIError.Cause]) {
        var properties: [String: Schema] = [:]
        for (name, property) in json["properties"]?.object ?? [:] {
            properties[name] = Schema(parsing: property, at: "\(path).properties[\(name)]", report: &report)
        }
        var additional: Schema?
        var unknown = Unknown.pruned
        switch json["additionalProperties"] {
        case .bool(true): additional = .deduced
        case .object: additional = Schema(parsing: json["additionalProperties"] ?? .null, at: path, report: &report)
        default: break
        }
        if json["x-kubernetes-preserve-unknown-fields"] == true { unknown = .items }
        let items = json["items"].map { Schema(parsing: $0, at: "\(path).items", report: &report) }
        self.init(
            properties: properties, additional: additional, items: items, unknown: unknown,
            list: Schema.listType(json, items: items), isAtomicMap: json["x-kubernetes-map-type"]?.string == "atomic",
            isEmbeddedResource: json["x-kubernetes-embedded-resource"] == true, defaultValue: json["default"],
            rules: Rules(parsing: json, at: path, report: &report))
    }

    private static func listType(_ json: JSON, items: Schema?) -> ListType {
        switch json["x-kubernetes-list-type"]?.string {
        case "set": .set
        case "map":
            .map(
                (json["x-kubernetes-list-map-keys"]?.array ?? []).compactMap(\.string).map {
                    Key($0, fallback: items?.properties[$0]?.defaultValue)
                })
        default: .atomic
        }
    }
}

extension Schema.Rules {
    fileprivate init(parsing json: JSON, at path: String, report: inout [APIError.Cause]) {
        type = json["type"]?.string
        isNullable = json["nullable"] == true
        isIntOrString = json["x-kubernetes-int-or-string"] == true
        required = (json["required"]?.array ?? []).compactMap(\.string)
        enumeration = json["enum"]?.array
        format = json["format"]?.string
        if let text = json["pattern"]?.string {
            if let matcher = Pattern(text) {
                pattern = (text, matcher)
            } else {
                report.append(
                    APIError.Cause(
                        "FieldValueInvalid", "Invalid value: \"\(text)\": must be a valid regular expression",
                        field: "\(path).pattern"))
            }
        }
        minimum = json["minimum"]?.number
        maximum = json["maximum"]?.number
        isMinimumExclusive = json["exclusiveMinimum"] == true
        isMaximumExclusive = json["exclusiveMaximum"] == true
        multipleOf = json["multipleOf"]?.number
        minimumLength = json["minLength"]?.int
        maximumLength = json["maxLength"]?.int
        minimumItems = json["minItems"]?.int
        maximumItems = json["maxItems"]?.int
        minimumProperties = json["minProperties"]?.int
        maximumProperties = json["maxProperties"]?.int
        hasUniqueItems = json["uniqueItems"] == true
        for (key, target) in [("allOf", \Schema.Rules.allOf), ("anyOf", \.anyOf), ("oneOf", \.oneOf)] {
            for part in json[key]?.array ?? [] {
                self[keyPath: target].append(Schema(parsing: part, at: "\(path).\(key)", report: &report))
            }
        }
        not = json["not"].map { Schema(parsing: $0, at: "\(path).not", report: &report) }
    }
}

extension JSON {
    /// The value of any number.
    var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }
}
