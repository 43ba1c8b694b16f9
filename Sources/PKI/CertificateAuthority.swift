package import Core

/// A certificate that may sign others, with its key.
package struct CertificateAuthority: Sendable, Hashable {
    /// The kinds of authority in a Talos cluster, as `talosctl gen secrets` makes them.
    package struct Profile: Sendable, Hashable {
        /// The O of the subject; nil for an empty subject.
        package var organization: String?
        package var algorithm: KeyAlgorithm
        package var validity: Duration

        package init(organization: String?, algorithm: KeyAlgorithm, validity: Duration = .seconds(87_600 * 3600)) {
            self.organization = organization
            self.algorithm = algorithm
            self.validity = validity
        }

        /// `certs.os`, which signs the Talos API's servers and clients.
        package static let talos = Profile(organization: "talos", algorithm: .ed25519)
        package static let etcd = Profile(organization: "etcd", algorithm: .p256)
        package static let kubernetes = Profile(organization: "kubernetes", algorithm: .p256)
        /// `certs.k8saggregator`, whose subject is empty.
        package static let kubernetesAggregator = Profile(organization: nil, algorithm: .p256)
        /// The authority that a node in maintenance mode makes for one boot.
        package static let maintenance = Profile(organization: nil, algorithm: .ed25519, validity: .seconds(86_400))
    }

    package let certificate: Certificate
    package let key: PrivateKey

    /// Reads an authority.
    ///
    /// - Throws: ``Fault`` `corrupted` when something cannot be read, is no authority, or does not belong together.
    package init(certificatePEM: String, keyPEM: String) throws(Fault) {
        try self.init(certificate: Certificate(pem: certificatePEM), key: PrivateKey(pem: keyPEM))
    }

    package init(certificate: Certificate, key: PrivateKey) throws(Fault) {
        guard certificate.isAuthority else { throw Fault(.corrupted, "the certificate is not one of an authority") }
        guard certificate.matches(key) else {
            throw Fault(.corrupted, "the authority's certificate and private key do not belong together")
        }
        self.certificate = certificate
        self.key = key
    }

    /// Makes a self-signed authority: CA:TRUE, digitalSignature and keyCertSign, serverAuth and clientAuth.
    ///
    /// - Parameter backdate: how long before now validity begins, for nodes whose clock is behind.
    package static func create(
        _ profile: Profile, clock: any WallClock, backdate: Duration = .zero
    ) throws(Fault) -> CertificateAuthority {
        let key = try PrivateKey.generate(profile.algorithm)
        let builder = CertificateBuilder(
            commonName: nil, organizations: profile.organization.map { [$0] } ?? [],
            notBefore: clock.now.advanced(by: .zero - backdate), notAfter: clock.now.advanced(by: profile.validity),
            publicKey: key,
            extensions: .authority(subjectKeyIdentifier: CertificateExtensions.keyIdentifier(key)))
        return try CertificateAuthority(certificate: builder.sign(issuer: nil, key: key), key: key)
    }

    /// Issues a certificate for a new key.
    ///
    /// - Throws: ``Fault`` `usage` for a name that cannot stand in a certificate, `failed` from OpenSSL.
    package func issue(_ request: CertificateRequest, clock: any WallClock) throws(Fault) -> Identity {
        let key = try PrivateKey.generate(request.keyAlgorithm ?? self.key.algorithm)
        let builder = CertificateBuilder(
            commonName: request.commonName, organizations: request.organizations,
            notBefore: clock.now.advanced(by: .zero - request.backdate),
            notAfter: clock.now.advanced(by: request.validity), publicKey: key,
            extensions: try .leaf(request, authorityKeyIdentifier: certificate.subjectKeyIdentifier))
        return Identity(certificate: try builder.sign(issuer: certificate, key: self.key), key: key)
    }
}
