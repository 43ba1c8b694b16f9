import Core
import YAML

extension Shape {
    /// The shape as JSON Schema (draft 2020-12).
    ///
    /// What spans several values, for example that an address lies in its subnet, only the parser checks.
    var jsonSchema: JSON {
        switch self {
        case .text(let format):
            ["type": "string", "pattern": .string(format.pattern), "examples": [.string(format.example)]]
        case .choice(let words, _): ["type": "string", "enum": .strings(words)]
        case .integer(let range):
            ["type": "integer", "minimum": .int(Int64(range.lowerBound)), "maximum": .int(Int64(range.upperBound))]
        case .boolean: ["type": "boolean"]
        case .anyMapping: ["type": "object"]
        case .patch: ["type": ["string", "object"]]
        case .list(let element, let minimum):
            .fields([
                "type": "array", "items": element.jsonSchema, "minItems": minimum > 0 ? .int(Int64(minimum)) : nil,
            ])
        case .map(let keys, let values):
            [
                "type": "object", "propertyNames": ["pattern": .string(keys.pattern)],
                "additionalProperties": values.jsonSchema,
            ]
        case .object(let object): object.jsonSchema
        }
    }
}

extension ObjectShape {
    fileprivate var jsonSchema: JSON {
        var properties: [String: JSON] = [:]
        for field in fields {
            var schema = field.shape.jsonSchema
            schema["description"] = .string(field.summary)
            if case .defaulted(let value) = field.presence, value.mapping == nil {
                schema["default"] = try? value.json()
            }
            properties[field.name] = schema
        }
        let required = fields.filter(\.isRequired).map(\.name)
        var schema: JSON = .fields([
            "type": "object", "properties": .object(properties), "additionalProperties": false,
            "required": required.isEmpty ? nil : .strings(required),
        ])
        switch alternatives {
        case .exactlyOne(let names): schema["oneOf"] = .array(names.map { ["required": [.string($0)]] })
        case .atLeastOne(let names): schema["anyOf"] = .array(names.map { ["required": [.string($0)]] })
        case nil: break
        }
        return schema
    }
}
