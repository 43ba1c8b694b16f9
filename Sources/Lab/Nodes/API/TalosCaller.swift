import PKI

/// Who calls a node.
struct TalosCaller: Sendable, Hashable {
    /// Nil for a certificate without any role that Talos knows.
    let role: TalosMethod.Role?
    /// For the access log: `O=os:admin 127.64.0.1`.
    let description: String

    /// In maintenance everybody is a reader; afterwards the client certificate decides.
    init(_ call: GRPCCall, personality: NodeLife.Personality) {
        switch personality {
        case .maintenance:
            role = .reader
            description = "anonymous \(call.peer)"
        case .configured:
            let subject = call.certificate.flatMap { try? Certificate(der: $0) }?.subject
            let organizations = subject?.organizations ?? []
            role = TalosMethod.Role(organizations: organizations)
            description = "O=\(organizations.joined(separator: ",")) \(call.peer)"
        }
    }
}
