/// The name of an object among those of its kind.
package struct ObjectKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// nil for cluster-scoped kinds.
    package let namespace: String?
    package let name: String

    package init(namespace: String? = nil, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// `namespace/name`, or the name alone.
    package var description: String {
        namespace.map { "\($0)/\(name)" } ?? name
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.namespace ?? "", left.name) < (right.namespace ?? "", right.name)
    }
}
