import Core

/// Checks a value against a structural schema and says everything that is wrong with it, in the API server's words.
struct SchemaValidation {
    private(set) var causes: [APIError.Cause] = []
    /// The most that one answer lists.
    private static let limit = 100

    mutating func validate(_ value: JSON, _ schema: Schema, at path: String = "") {
        guard causes.count < Self.limit else { return }
        if value.isNull {
            guard !schema.rules.isNullable, schema.rules.type != nil else { return }
            typeError(value, schema.rules, path)
            return
        }
        guard hasType(value, schema.rules) else {
            typeError(value, schema.rules, path)
            return
        }
        validateRules(value, schema.rules, path)
        switch value {
        case .object(let fields): validate(fields, schema, path)
        case .array(let items): validate(items, schema, path)
        case .string(let text): validate(text, schema.rules, path)
        case .int, .double: validate(value.number ?? 0, value, schema.rules, path)
        default: break
        }
    }

    private func hasType(_ value: JSON, _ rules: Schema.Rules) -> Bool {
        if rules.isIntOrString {
            if case .string = value { return true }
            return value.isWhole
        }
        switch (rules.type, value) {
        case (nil, _), ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool): return true
        case ("number", .int), ("number", .double): return true
        case ("integer", _): return value.isWhole
        default: return false
        }
    }

    private mutating func typeError(_ value: JSON, _ rules: Schema.Rules, _ path: String) {
        let wanted = rules.isIntOrString ? "integer or string" : rules.type ?? "object"
        invalid(
            path, value.typeName.quoted,
            "\(path.lastSegment) in body must be of type \(wanted): \(value.typeName.quoted)",
            reason: "FieldValueTypeInvalid")
    }

    private mutating func invalid(_ path: String, _ value: String, _ why: String, reason: String = "FieldValueInvalid")
    {
        causes.append(APIError.Cause(reason, "Invalid value: \(value): \(why)", field: path.fieldText))
    }

    private mutating func validate(_ fields: [String: JSON], _ schema: Schema, _ path: String) {
        for name in schema.rules.required where fields[name] == nil {
            causes.append(
                APIError.Cause("FieldValueRequired", "Required value", field: path.appending(name).fieldText))
        }
        count(fields.count, schema.rules.minimumProperties, schema.rules.maximumProperties, "properties", "{}", path)
        for key in fields.keys.sorted() {
            guard let child = schema.child(key)?.schema, child !== Schema.deduced, let value = fields[key] else {
                continue
            }
            let place = schema.properties[key] != nil ? path.appending(key) : "\(path)[\(key)]"
            validate(value, child, at: place)
        }
        if schema.isEmbeddedResource {
            for name in ["apiVersion", "kind"] where fields[name]?.string?.isEmpty ?? true {
                causes.append(
                    APIError.Cause(
                        "FieldValueRequired", "Required value: must not be empty",
                        field: path.appending(name).fieldText))
            }
        }
    }

    private mutating func validate(_ items: [JSON], _ schema: Schema, _ path: String) {
        count(items.count, schema.rules.minimumItems, schema.rules.maximumItems, "items", "\(items.count)", path)
        if let item = schema.items {
            for (index, value) in items.enumerated() { validate(value, item, at: "\(path)[\(index)]") }
        }
        duplicates(items, schema, path)
    }

    private mutating func duplicates(_ items: [JSON], _ schema: Schema, _ path: String) {
        if let list = TypedList(items, schema: schema) {
            var seen: Set<PathElement> = []
            for (index, element) in list.elements.enumerated() where !seen.insert(element).inserted {
                let value: String =
                    switch element {
                    case .key(let fields): fields.description
                    default: items[index].description
                    }
                causes.append(
                    APIError.Cause("FieldValueDuplicate", "Duplicate value: \(value)", field: "\(path)[\(index)]"))
            }
        } else if schema.rules.hasUniqueItems, Set(items).count < items.count {
            invalid(path, "[]", "\(path.lastSegment) in body shouldn't contain duplicates")
        }
    }

    private mutating func count(
        _ count: Int, _ minimum: Int?, _ maximum: Int?, _ what: String, _ value: String, _ path: String
    ) {
        if let minimum, count < minimum {
            invalid(path, value, "\(path.lastSegment) in body should have at least \(minimum) \(what)")
        }
        if let maximum, count > maximum {
            causes.append(
                APIError.Cause(
                    "FieldValueTooMany", "Too many: \(count): must have at most \(maximum) \(what)", field: path))
        }
    }

    private mutating func validate(_ text: String, _ rules: Schema.Rules, _ path: String) {
        if let pattern = rules.pattern, !pattern.matcher.matches(text) {
            invalid(path, text.quoted, "\(path.lastSegment) in body should match '\(pattern.text)'")
        }
        let length = text.unicodeScalars.count
        if let minimum = rules.minimumLength, length < minimum {
            invalid(path, text.quoted, "\(path.lastSegment) in body should be at least \(minimum) chars long")
        }
        if let maximum = rules.maximumLength, length > maximum {
            causes.append(
                APIError.Cause(
                    "FieldValueTooLong", "Too long: may not be more than \(maximum) bytes", field: path.fieldText))
        }
        if let format = rules.format, !Formats.matches(text, format) {
            invalid(path, text.quoted, "\(path.lastSegment) in body must be of type \(format): \(text.quoted)")
        }
    }

    private mutating func validate(_ number: Double, _ value: JSON, _ rules: Schema.Rules, _ path: String) {
        if let minimum = rules.minimum, rules.isMinimumExclusive ? number <= minimum : number < minimum {
            let word = rules.isMinimumExclusive ? "greater than" : "greater than or equal to"
            invalid(path, value.description, "\(path.lastSegment) in body should be \(word) \(JSON(minimum))")
        }
        if let maximum = rules.maximum, rules.isMaximumExclusive ? number >= maximum : number > maximum {
            let word = rules.isMaximumExclusive ? "less than" : "less than or equal to"
            invalid(path, value.description, "\(path.lastSegment) in body should be \(word) \(JSON(maximum))")
        }
        if let step = rules.multipleOf, step > 0, (number / step).rounded() * step != number {
            invalid(path, value.description, "\(path.lastSegment) in body should be a multiple of \(JSON(step))")
        }
    }

    /// Enumerations and the alternatives.
    private mutating func validateRules(_ value: JSON, _ rules: Schema.Rules, _ path: String) {
        if let enumeration = rules.enumeration, !enumeration.contains(value) {
            let list = enumeration.map(\.description).joined(separator: ", ")
            causes.append(
                APIError.Cause(
                    "FieldValueNotSupported", "Unsupported value: \(value): supported values: \(list)",
                    field: path.fieldText))
        }
        for part in rules.allOf { validate(value, part, at: path) }
        if !rules.anyOf.isEmpty, !rules.anyOf.contains(where: { Self.accepts(value, $0) }) {
            invalid(path, value.description, "\(path.lastSegment) in body must validate at least one schema (anyOf)")
        }
        if !rules.oneOf.isEmpty, rules.oneOf.count(where: { Self.accepts(value, $0) }) != 1 {
            invalid(
                path, value.description, "\(path.lastSegment) in body must validate one and only one schema (oneOf)")
        }
        if let not = rules.not, Self.accepts(value, not) {
            invalid(path, value.description, "\(path.lastSegment) in body must not validate the schema (not)")
        }
    }

    private static func accepts(_ value: JSON, _ schema: Schema) -> Bool {
        var validation = SchemaValidation()
        validation.validate(value, schema)
        return validation.causes.isEmpty
    }
}

/// The string formats that the API server checks (`k8s.io/kube-openapi/pkg/validation/strfmt`); others pass.
enum Formats {
    static func matches(_ text: String, _ format: String) -> Bool {
        switch format {
        case "date-time": Timestamp(text) != nil
        case "date": Timestamp(text + "T00:00:00Z") != nil
        case "ipv4": IPAddress(text)?.isIPv4 == true
        case "ipv6": IPAddress(text)?.isIPv4 == false
        case "ip": IPAddress(text) != nil
        case "cidr": CIDR(text) != nil
        case "uuid": MachineUUID(text) != nil
        case "mac": MACAddress(text) != nil
        default: true
        }
    }
}

extension JSON {
    init(_ number: Double) {
        self = Int64(exactly: number).map(JSON.int) ?? .double(number)
    }

    fileprivate var isWhole: Bool {
        switch self {
        case .int: true
        case .double(let value): value == value.rounded()
        default: false
        }
    }

    fileprivate var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .int: "integer"
        case .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

extension String {
    /// As a JSON string.
    var quoted: String { JSON.string(self).description }

    fileprivate func appending(_ key: String) -> String { isEmpty ? key : "\(self).\(key)" }

    /// A path as a cause names it: the root is `<nil>`.
    fileprivate var fieldText: String { isEmpty ? "<nil>" : self }

    /// What a message calls the place.
    fileprivate var lastSegment: String { isEmpty ? "<nil>" : self }
}
