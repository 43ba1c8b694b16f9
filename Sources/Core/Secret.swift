/// A value that must not reach a log, a journal or a terminal: it prints as `[redacted]` everywhere.
package struct Secret<Value: Sendable>: Sendable {
    /// The value itself. Name it only where it is used.
    package let revealed: Value

    package init(_ value: Value) {
        revealed = value
    }
}

extension Secret: Equatable where Value: Equatable {}
extension Secret: Hashable where Value: Hashable {}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "[redacted]" }
    package var debugDescription: String { "[redacted]" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
