import Core
import NIOSSL
import PKI

@testable import HTTPClient

/// An Ed25519 authority like Talos's, and what it issues.
struct TestPKI: Sendable {
    let authority: CertificateAuthority
    let server: Identity

    init(dnsNames: [String] = [], commonName: String = "server") throws {
        authority = try CertificateAuthority.create(.talos, clock: SystemWallClock())
        server = try authority.issue(
            CertificateRequest(
                commonName: commonName, organizations: [], usage: .server, dnsNames: dnsNames,
                ipAddresses: [IPAddress(v4: 127, 0, 0, 1)], validity: .seconds(3600), backdate: .seconds(60)),
            clock: SystemWallClock())
    }

    func client(_ name: String) throws -> TLSSettings.Identity {
        let identity = try authority.issue(
            CertificateRequest(
                commonName: name, organizations: ["os:admin"], usage: .client, dnsNames: [], ipAddresses: [],
                validity: .seconds(3600), backdate: .seconds(60)),
            clock: SystemWallClock())
        return TLSSettings.Identity(certificatePEM: identity.certificate.pem, keyPEM: identity.key.pkcs8PEM)
    }

    var trust: TLSSettings.Trust { .authorities(pem: authority.certificate.pem) }

    /// A server's TLS. With `requiringClients` a client must show a certificate of the authority.
    func context(requiringClients: Bool = false, protocols: [String] = []) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [
                .certificate(try NIOSSLCertificate(bytes: Array(server.certificate.pem.utf8), format: .pem))
            ],
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(server.key.pkcs8PEM.utf8), format: .pem)))
        configuration.applicationProtocols = protocols
        if requiringClients {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates([
                try NIOSSLCertificate(bytes: Array(authority.certificate.pem.utf8), format: .pem)
            ])
            configuration.verifySignatureAlgorithms = [.ed25519, .ecdsaSecp256R1Sha256]
        }
        return try NIOSSLContext(configuration: configuration)
    }
}
