/// Why bytes are no packet, or why a packet cannot be written as bytes.
package enum WireError: Error, Sendable, Hashable {
    /// The packet ends before a field that it must have.
    case truncated(field: String, needed: Int, found: Int)
    /// The packet is longer than any peer may send.
    case tooLong(limit: Int, found: Int)
    /// A field holds a value that its format does not allow.
    case invalid(field: String, reason: String)
    /// A value does not fit into its field when it is written.
    case doesNotFit(field: String, limit: Int, found: Int)
}

extension WireError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated(let field, let needed, let found):
            "the packet ends in \(field): \(needed) bytes are needed, \(found) are there"
        case .tooLong(let limit, let found):
            "the packet has \(found) bytes, more than \(limit)"
        case .invalid(let field, let reason):
            "\(field) is wrong: \(reason)"
        case .doesNotFit(let field, let limit, let found):
            "\(field) takes at most \(limit) bytes, not \(found)"
        }
    }
}
