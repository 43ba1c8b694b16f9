/// The text of a scalar and how it was written.
package struct Scalar: Sendable, Hashable {
    package enum Style: Sendable, Hashable {
        case plain, single, double, literal, folded
    }

    package var text: String
    /// A plain scalar is resolved by the core schema; every other style is a string.
    package var style: Style

    package init(_ text: String, style: Style = .plain) {
        self.text = text
        self.style = style
    }

    /// A scalar that is a string whatever its text looks like.
    package init(string text: String) {
        self.text = text
        style = CoreSchema.resolve(text) == .string(text) ? .plain : .double
    }

    /// What the scalar means under the core schema (YAML 1.2.2, 10.3.2).
    package var value: ScalarValue {
        style == .plain ? CoreSchema.resolve(text) : .string(text)
    }

    package static func == (left: Self, right: Self) -> Bool { left.value == right.value }

    package func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

/// The meaning of a scalar.
package enum ScalarValue: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case float(Double)
    /// A number that neither 64 bits nor a double can hold.
    case outOfRange(String)
    case string(String)
}

extension ScalarValue: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.float(let left), .float(let right)): left.bitPattern == right.bitPattern || left.isNaN && right.isNaN
        case (.outOfRange(let left), .outOfRange(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(value)
        case .float(let value): hasher.combine(value.isNaN ? 0 : value.bitPattern)
        case .outOfRange(let text), .string(let text): hasher.combine(text)
        }
    }

    /// The kind of value, for messages.
    package var kind: String {
        switch self {
        case .null: "nothing (null)"
        case .bool: "a boolean"
        case .int, .float, .outOfRange: "a number"
        case .string: "text"
        }
    }
}
