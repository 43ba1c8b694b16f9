import Core
import NIOCore
import NIOSSL
import PKI

/// The TLS side of a Talos API: Ed25519 certificates, HTTP/2 only, and who may come in.
struct ServerTLS: Sendable {
    private let context: NIOSSLContext
    /// The only issuer of client certificates; nil asks for none.
    private let clientAuthority: Certificate?
    private let clock: any WallClock

    /// - Throws: ``Fault`` `failed` when the library does not take the certificate or the key.
    init(identity: Identity, clientAuthority: Certificate?, clock: any WallClock) throws(Fault) {
        self.clientAuthority = clientAuthority
        self.clock = clock
        do {
            let leaf = try NIOSSLCertificate(bytes: identity.certificate.der, format: .der)
            let key = try NIOSSLPrivateKey(bytes: Array(identity.key.pkcs8PEM.utf8), format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: [.certificate(leaf)], privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["h2"]
            // A service that restarts does not wait for its idle clients to say goodbye.
            configuration.shutdownTimeout = .milliseconds(20)
            configuration.signingSignatureAlgorithms = Self.signatures
            configuration.verifySignatureAlgorithms = Self.signatures
            if let clientAuthority {
                configuration.certificateVerification = .noHostnameVerification
                let root = try NIOSSLCertificate(bytes: clientAuthority.der, format: .der)
                configuration.trustRoots = .certificates([root])
                configuration.sendCANameList = true
            }
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw Fault(.failed, "cannot set up TLS for a node", cause: error)
        }
    }

    func handler() -> NIOSSLServerHandler {
        guard let clientAuthority else { return NIOSSLServerHandler(context: context) }
        let clock = clock
        return NIOSSLServerHandler(context: context) { shown, promise in
            let leaf = shown.first.flatMap { try? Certificate(der: $0.toDERBytes()) }
            let isGood = leaf.map { Self.accepts($0, authority: clientAuthority, now: clock.now) } ?? false
            promise.succeed(isGood ? .certificateVerified : .failed)
        }
    }

    /// Signed by the authority, valid now, and meant for clients and nothing else: Talos refuses any further use.
    static func accepts(_ leaf: Certificate, authority: Certificate, now: Timestamp) -> Bool {
        leaf.isSigned(by: authority) && leaf.isValid(at: now)
            && ExtendedKeyUsage.purposes(in: leaf.der) == [ExtendedKeyUsage.clientAuthentication]
    }

    private static let signatures: [SignatureAlgorithm] = [
        .ed25519, .ecdsaSecp256R1Sha256, .ecdsaSecp384R1Sha384, .rsaPssRsaeSha256, .rsaPssRsaeSha384,
        .rsaPkcs1Sha256,
    ]
}
