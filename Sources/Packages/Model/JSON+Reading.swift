import Core

/// Reading fields of API objects, where absent means empty, and writing them, where empty means absent.
extension JSON {
    func text(_ key: String) -> String {
        self[key]?.string ?? ""
    }

    func texts(_ key: String) -> [String] {
        elements(key).compactMap(\.string)
    }

    func texts(_ key: String) -> [String: String] {
        (self[key]?.object ?? [:]).compactMapValues(\.string)
    }

    func elements(_ key: String) -> [JSON] {
        self[key]?.array ?? []
    }

    static func string(unlessEmpty value: String) -> JSON? {
        value.isEmpty ? nil : .string(value)
    }

    static func strings(unlessEmpty values: [String]) -> JSON? {
        values.isEmpty ? nil : .strings(values)
    }

    static func elements(unlessEmpty values: [JSON]) -> JSON? {
        values.isEmpty ? nil : .array(values)
    }

    static func strings(unlessEmpty values: [String: String]) -> JSON? {
        values.isEmpty ? nil : .object(values.mapValues(JSON.string))
    }
}
