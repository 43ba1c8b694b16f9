package import Core

/// Whom a client trusts and as whom it presents itself. TLS 1.2 is the oldest version spoken.
///
/// Connections are reused only between requests with equal settings.
package struct TLSSettings: Sendable, Hashable {
    package enum Trust: Sendable, Hashable {
        /// The machine's certificate store.
        case system
        /// These PEM certificates and nothing else; names are verified.
        case authorities(pem: String)
        /// A server whose key is one of these: base64 of the SHA-256 over the SubjectPublicKeyInfo. Neither the chain
        /// nor the name is looked at.
        case pinned(spki: [String])
        /// Any server. The response carries the certificate shown; such connections are never reused.
        case unverified
    }

    /// A client certificate (with its chain) and its key, both PEM; the key as PKCS#8.
    package struct Identity: Sendable, Hashable {
        package var certificatePEM: String
        package var keyPEM: Secret<String>

        package init(certificatePEM: String, keyPEM: Secret<String>) {
            self.certificatePEM = certificatePEM
            self.keyPEM = keyPEM
        }

        package init(certificatePEM: String, keyPEM: String) {
            self.init(certificatePEM: certificatePEM, keyPEM: Secret(keyPEM))
        }
    }

    package var trust: Trust
    package var identity: Identity?

    package init(trust: Trust = .system, identity: Identity? = nil) {
        self.trust = trust
        self.identity = identity
    }
}
