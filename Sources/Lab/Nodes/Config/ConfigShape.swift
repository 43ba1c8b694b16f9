/// Which keys a part of a machine configuration may have. Talos refuses every key that it does not know.
indirect enum ConfigShape: Sendable, Hashable {
    /// Anything, of any depth.
    case any
    case scalar
    case list(ConfigShape)
    case object([String: ConfigShape])
    /// Free keys with values of one shape.
    case map(ConfigShape)

    /// Reads the notation of the tables beside: `a, b{c, d}, e[{f}], g[], h*, i<>`: a scalar, an object, a list of
    /// objects, a list of scalars, anything, a map of scalars.
    init(_ notation: StaticString) {
        var rest = "\(notation)".filter { !$0.isWhitespace }[...]
        self = .object(Self.fields(&rest))
    }

    private static func fields(_ rest: inout Substring) -> [String: ConfigShape] {
        var fields: [String: ConfigShape] = [:]
        while let first = rest.first, first != "}" {
            let name = rest.prefix { !",{}[]<>*".contains($0) }
            rest = rest.dropFirst(name.count)
            fields[String(name)] = shape(&rest)
            if rest.first == "," { rest = rest.dropFirst() }
        }
        return fields
    }

    /// What follows a name, and stands between the brackets of a list or a map.
    private static func shape(_ rest: inout Substring) -> ConfigShape {
        switch rest.first {
        case "*":
            rest = rest.dropFirst()
            return .any
        case "{":
            rest = rest.dropFirst()
            let object = ConfigShape.object(fields(&rest))
            rest = rest.dropFirst()
            return object
        case "[":
            rest = rest.dropFirst()
            let element = shape(&rest)
            rest = rest.dropFirst()
            return .list(element)
        case "<":
            rest = rest.dropFirst()
            let value = shape(&rest)
            rest = rest.dropFirst()
            return .map(value)
        default:
            return .scalar
        }
    }
}
