import Core
import PKI
import Testing

/// A clock that stands still.
struct FixedClock: WallClock {
    var now = Timestamp(seconds: 1_790_000_000)
}

@Suite struct CertificateTests {
    private let clock = FixedClock()

    private func text(_ certificate: Certificate) throws -> String {
        try Tool.run(["openssl", "x509", "-noout", "-text", "-nameopt", "RFC2253"], input: certificate.pem).output
    }

    @Test(
        "Each authority is what talosctl makes",
        arguments: [
            (CertificateAuthority.Profile.talos, KeyAlgorithm.ed25519, "O=talos", "ED25519"),
            (.etcd, .p256, "O=etcd", "ecdsa-with-SHA256"),
            (.kubernetes, .p256, "O=kubernetes", "ecdsa-with-SHA256"),
            (.kubernetesAggregator, .p256, "", "ecdsa-with-SHA256"),
        ])
    func authorities(
        profile: CertificateAuthority.Profile, algorithm: KeyAlgorithm, subject: String, signature: String
    ) throws {
        let authority = try CertificateAuthority.create(profile, clock: clock)
        let certificate = authority.certificate
        #expect(authority.key.algorithm == algorithm)
        #expect(certificate.isAuthority)
        #expect(certificate.notBefore == clock.now)
        #expect(certificate.notAfter == clock.now.advanced(by: .seconds(87_600 * 3600)))
        #expect(certificate.serial.count == 16)
        #expect(certificate.isSigned(by: certificate))
        let text = try text(certificate)
        #expect(text.contains("Subject: \(subject)\n"))
        #expect(text.contains("Issuer: \(subject)\n"))
        #expect(text.contains("Version: 3 (0x2)"))
        #expect(text.contains("Signature Algorithm: \(signature)\n"))
        #expect(text.contains("X509v3 Key Usage: critical\n                Digital Signature, Certificate Sign\n"))
        #expect(
            text.contains(
                "X509v3 Extended Key Usage: \n                TLS Web Server Authentication, TLS Web Client Authentication\n"
            ))
        #expect(text.contains("X509v3 Basic Constraints: critical\n                CA:TRUE\n"))
        #expect(text.contains("X509v3 Subject Key Identifier: \n"))
        let read = try CertificateAuthority(certificatePEM: certificate.pem, keyPEM: authority.key.pem)
        #expect(read == authority)
    }

    @Test("The Talos administrator may be a client and nothing else")
    func talosClient() throws {
        let authority = try CertificateAuthority.create(.talos, clock: clock)
        let request = CertificateRequest(
            organizations: ["os:admin", "os:reader"], usage: .client, validity: .seconds(365 * 86_400))
        let identity = try authority.issue(request, clock: clock)
        let certificate = identity.certificate
        #expect(identity.key.algorithm == .ed25519)
        #expect(certificate.matches(identity.key))
        #expect(certificate.subject == .init(commonName: nil, organizations: ["os:admin", "os:reader"]))
        #expect(certificate.issuer == .init(commonName: nil, organizations: ["talos"]))
        #expect(certificate.notBefore == clock.now)
        #expect(certificate.notAfter == clock.now.advanced(by: .seconds(365 * 86_400)))
        #expect(!certificate.isAuthority)
        #expect(certificate.isSigned(by: authority.certificate))
        let text = try text(certificate)
        #expect(text.contains("X509v3 Key Usage: critical\n                Digital Signature\n"))
        #expect(text.contains("X509v3 Extended Key Usage: \n                TLS Web Client Authentication\n"))
        #expect(!text.contains("Basic Constraints"))
        #expect(!text.contains("Alternative Name"))
        let identifiers = text.split(separator: "\n").filter { $0.contains(":") && $0.hasPrefix("                ") }
        #expect(text.contains("X509v3 Authority Key Identifier"))
        #expect(try self.text(authority.certificate).contains(identifiers.last { $0.utf8.count > 60 } ?? "none"))
    }

    @Test("A server's names and addresses stand in the certificate and come back")
    func server() throws {
        let authority = try CertificateAuthority.create(.talos, clock: clock)
        let addresses = ["10.0.0.1", "127.0.0.1", "::1", "fd00::17"].compactMap { IPAddress($0) }
        let request = CertificateRequest(
            commonName: "node-1", usage: .server, dnsNames: ["node-1", "node-1.rack.example"], ipAddresses: addresses,
            validity: .seconds(86_400), backdate: .seconds(3600))
        let certificate = try authority.issue(request, clock: clock).certificate
        #expect(certificate.dnsNames == ["node-1", "node-1.rack.example"])
        #expect(certificate.ipAddresses == addresses)
        #expect(certificate.subject.commonName == "node-1")
        #expect(certificate.notBefore == clock.now.advanced(by: .seconds(-3600)))
        let text = try text(certificate)
        #expect(text.contains("DNS:node-1, DNS:node-1.rack.example, IP Address:10.0.0.1, IP Address:127.0.0.1"))
        #expect(text.contains("X509v3 Extended Key Usage: \n                TLS Web Server Authentication\n"))
        #expect(certificate.isValid(at: clock.now))
        #expect(!certificate.isValid(at: clock.now.advanced(by: .seconds(86_401))))
        #expect(!certificate.isValid(at: clock.now.advanced(by: .seconds(-3601))))
    }

    @Test("The Kubernetes administrator's certificate is the one of Talos's admin kubeconfig")
    func kubernetesAdministrator() throws {
        let authority = try CertificateAuthority.create(.kubernetes, clock: clock)
        let request = CertificateRequest(
            commonName: "admin", organizations: ["system:masters"], usage: .client,
            keyUsage: [.digitalSignature, .keyEncipherment], validity: .seconds(86_400), backdate: .seconds(10))
        let identity = try authority.issue(request, clock: clock)
        let text = try text(identity.certificate)
        #expect(identity.key.algorithm == .p256)
        #expect(text.contains("Subject: CN=admin,O=system:masters\n"))
        #expect(text.contains("Digital Signature, Key Encipherment\n"))
        #expect(identity.certificate.notBefore == clock.now.advanced(by: .seconds(-10)))
    }

    @Test(
        "openssl verifies a client and a server under every authority, and refuses the wrong purpose",
        arguments: [CertificateAuthority.Profile.talos, .etcd, .kubernetes, .kubernetesAggregator, .maintenance])
    func opensslVerifies(profile: CertificateAuthority.Profile) throws {
        let workspace = try Workspace()
        let authority = try CertificateAuthority.create(profile, clock: SystemWallClock(), backdate: .seconds(60))
        let other = try CertificateAuthority.create(profile, clock: SystemWallClock())
        let ca = try workspace.write("ca.pem", authority.certificate.pem)
        let otherCA = try workspace.write("other.pem", other.certificate.pem)
        for (usage, purpose, wrong) in [
            (CertificateRequest.Usage.client, "sslclient", "sslserver"), (.server, "sslserver", "sslclient"),
        ] {
            let request = CertificateRequest(
                commonName: "somebody", usage: usage, dnsNames: ["somebody.example"], validity: .seconds(600),
                backdate: .seconds(60))
            let leaf = try authority.issue(request, clock: SystemWallClock()).certificate
            let file = try workspace.write("leaf.pem", leaf.pem)
            // RFC 5280 wants a name in every issuer; Talos's nameless authorities do without.
            let strict = profile.organization == nil ? [] : ["-x509_strict"]
            let verify = ["openssl", "verify"] + strict + ["-CAfile"]
            #expect(try Tool.run(verify + [ca, "-purpose", purpose, file]).status == 0)
            #expect(try Tool.run(verify + [ca, "-purpose", wrong, file]).status != 0)
            #expect(try Tool.run(verify + [otherCA, "-purpose", purpose, file]).status != 0)
            #expect(leaf.isSigned(by: authority.certificate))
            #expect(!leaf.isSigned(by: other.certificate))
            #expect(!authority.certificate.isSigned(by: leaf))
        }
    }

    @Test("An RSA authority that openssl made signs certificates with keys of another kind")
    func foreignAuthority() throws {
        let workspace = try Workspace()
        let (key, ca) = ("\(workspace.path)/key.pem", "\(workspace.path)/ca.pem")
        let made = try Tool.run([
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=kubernetes", "-days", "30",
            "-addext", "keyUsage=critical,keyCertSign", "-keyout", key, "-out", ca,
        ])
        #expect(made.status == 0)
        let authority = try CertificateAuthority(
            certificatePEM: FileStore.readText(ca), keyPEM: FileStore.readText(key))
        #expect(authority.certificate.subject.commonName == "kubernetes")
        let request = CertificateRequest(
            commonName: "node", usage: .serverAndClient, dnsNames: (0..<60).map { "name-\($0).example.org" },
            validity: .seconds(600), backdate: .seconds(60), keyAlgorithm: .p256)
        let leaf = try authority.issue(request, clock: SystemWallClock()).certificate
        let file = try workspace.write("leaf.pem", leaf.pem)
        for purpose in ["sslserver", "sslclient"] {
            let verified = try Tool.run([
                "openssl", "verify", "-x509_strict", "-purpose", purpose, "-CAfile", ca, "-verify_hostname",
                "name-59.example.org", file,
            ])
            #expect(verified.status == 0)
        }
        #expect(leaf.dnsNames == request.dnsNames)
        #expect(leaf.issuer == .init(commonName: "kubernetes"))
    }

    @Test("Fingerprints are those that openssl computes")
    func fingerprints() throws {
        let certificate = try CertificateAuthority.create(.talos, clock: clock).certificate
        let shown = try Tool.run(["openssl", "x509", "-noout", "-fingerprint", "-sha256"], input: certificate.pem)
        let digits = shown.output.split(separator: "=").last?.filter(\.isHexDigit).lowercased() ?? ""
        #expect(hexadecimal(certificate.sha256) == digits)
        let key = try Tool.run(["openssl", "x509", "-noout", "-pubkey"], input: certificate.pem)
        let spki = try PEM.blocks(key.output)[0].der
        #expect(certificate.publicKeySPKI == spki)
        #expect(certificate.spkiFingerprint == Base64.encode(SHA256.hash(spki)))
    }

    @Test("A bundle gives all its certificates in order, whatever stands between them")
    func bundle() throws {
        let all = try (0..<3).map { _ in try CertificateAuthority.create(.etcd, clock: clock) }
        let text = all.map { "# comment\n" + $0.certificate.pem + $0.key.pem }.joined(separator: "\n")
        #expect(try Certificate.all(pem: text) == all.map(\.certificate))
        #expect(try Certificate(pem: text) == all[0].certificate)
    }

    @Test("An authority needs an authority's certificate and its own key")
    func wrongAuthority() throws {
        let authority = try CertificateAuthority.create(.talos, clock: clock)
        let other = try CertificateAuthority.create(.talos, clock: clock)
        let leaf = try authority.issue(.init(usage: .client, validity: .seconds(60)), clock: clock)
        #expect(throws: Fault.self) { try CertificateAuthority(certificate: authority.certificate, key: other.key) }
        #expect(throws: Fault.self) { try CertificateAuthority(certificate: leaf.certificate, key: leaf.key) }
    }

    @Test("Names that cannot stand in a certificate are refused", arguments: ["", "a b", "a\nb", "ä", "x\0y"])
    func wrongNames(name: String) throws {
        let authority = try CertificateAuthority.create(.talos, clock: clock)
        #expect {
            try authority.issue(.init(usage: .server, dnsNames: [name], validity: .seconds(60)), clock: clock)
        } throws: { ($0 as? Fault)?.code == .usage }
    }

    @Test("Damaged certificates are refused, never a crash")
    func fuzz() throws {
        var generator = Seeded(5)
        let authority = try CertificateAuthority.create(.talos, clock: clock)
        let request = CertificateRequest(
            commonName: "x", organizations: ["a", "b"], usage: .server, dnsNames: ["a.b"],
            ipAddresses: [IPAddress(v4: 1, 2, 3, 4)], validity: .seconds(60))
        let der = try authority.issue(request, clock: clock).certificate.der
        #expect(throws: Fault.self) { try Certificate(der: der + [0]) }
        #expect(throws: Fault.self) { try Certificate(der: []) }
        #expect(throws: Fault.self) { try Certificate(pem: authority.key.pem) }
        for _ in 0..<3000 {
            var damaged = der
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                damaged[Int.random(in: der.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let read = try? Certificate(der: damaged) else { continue }
            if damaged != der { #expect(!read.isSigned(by: authority.certificate) || read.der == der) }
        }
    }
}
