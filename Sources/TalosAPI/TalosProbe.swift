import Core
package import HTTPClient
package import PKI

/// Which personality answers at a node's address.
package enum NodePresence: Sendable, Hashable {
    /// Nothing answers that speaks TLS.
    case absent(reason: String)
    /// Maintenance mode: anybody may configure the node. The fingerprint is that of the key it shows now.
    case maintenance(spkiFingerprint: String)
    /// A node of this cluster: it holds the key of a certificate from the cluster's authority.
    case configured
    /// Somebody else: a node of another cluster, or another service.
    case foreign(fingerprint: String)
}

/// Finds out what answers on a node's API port from the certificate it shows, and trusts it no further.
package struct TalosProbe: Sendable {
    private static let maintenanceName = "maintenance-service.talos.dev"

    private let http: HTTPClient
    private let authority: Certificate?

    /// - Parameter authority: the cluster's Talos authority; nil before there is one.
    package init(http: HTTPClient, authority: Certificate?) {
        self.http = http
        self.authority = authority
    }

    package func presence(of endpoint: TalosEndpoint, deadline: Duration = .seconds(3)) async -> NodePresence {
        let certificate: Certificate
        do throws(Fault) {
            let pem = try await http.inspectCertificate("https://\(endpoint.authority)/", deadline: deadline)
            certificate = try Certificate(pem: pem)
        } catch {
            return .absent(reason: [error.what, error.why].compactMap { $0 }.joined(separator: ": "))
        }
        if let authority, certificate.isSigned(by: authority) { return .configured }
        if certificate.subject.commonName == Self.maintenanceName {
            return .maintenance(spkiFingerprint: certificate.spkiFingerprint)
        }
        return .foreign(fingerprint: certificate.spkiFingerprint)
    }
}
