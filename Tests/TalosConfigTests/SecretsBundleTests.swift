import Core
import Glibc
import PKI
import TalosConfig
import Testing
import YAML

@Suite struct SecretsBundleTests {
    private let clock = FixedClock()

    @Test("talosctl's secrets.yaml is written again byte for byte")
    func golden() throws {
        let text = try Fixtures.talos("secrets.yaml")
        let body = text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("#") }
        #expect(try Fixtures.secrets().yaml() == body.joined(separator: "\n"))
    }

    @Test("The bundle of talosctl is understood")
    func reading() throws {
        let secrets = try Fixtures.secrets()
        #expect(secrets.clusterID == "0raF93qnkMvF-FZNuvyGozXNdLiT2FOWSlyBaW4PR-w=")
        #expect(secrets.bootstrapToken.revealed == "inn7ol.u4ehnti8qyls9ymo")
        #expect(secrets.trustdToken.revealed == "d8cwfa.eyvpi0xwxyarbfid")
        #expect(secrets.talosCA.certificate.subject.organizations == ["talos"])
        #expect(secrets.talosCA.key.algorithm == .ed25519)
        #expect(secrets.etcdCA.certificate.subject.organizations == ["etcd"])
        #expect(secrets.kubernetesCA.certificate.subject.organizations == ["kubernetes"])
        #expect(secrets.aggregatorCA.certificate.subject == .init())
        #expect(secrets.serviceAccountKey.algorithm == .p256)
    }

    @Test("The JSON form with other capitals reads equal")
    func otherCase() throws {
        let text = try Fixtures.talos("secrets.yaml")
        let renames = [
            ("cluster:", "Cluster:"), (" id:", " Id:"), ("bootstraptoken:", "BootstrapToken:"),
            ("trustdinfo:", "TrustdInfo:"),
            ("k8saggregator:", "K8sAggregator:"), ("certs:", "Certs:"),
            ("secretboxencryptionsecret:", "SecretboxEncryptionSecret:"),
        ]
        let other = renames.reduce(text) { text, rename in
            text.split(separator: rename.0, omittingEmptySubsequences: false).joined(separator: rename.1)
        }
        #expect(other != text)
        #expect(try SecretsBundle(yaml: other).yaml() == Fixtures.secrets().yaml())
        let json = try YAML.parseOne(text).json().serialized()
        let fromJSON = try SecretsBundle(yaml: String(decoding: Array(json), as: UTF8.self))
        #expect(fromJSON.yaml() == (try Fixtures.secrets().yaml()))
    }

    @Test("A new bundle has what talosctl would generate, and survives writing and reading")
    func generation() throws {
        let secrets = try SecretsBundle.generate(contract: .v113, clock: clock)
        #expect(Base64.decode(secrets.clusterID, alphabet: .url)?.count == 32)
        #expect(Base64.decode(secrets.clusterSecret.revealed)?.count == 32)
        #expect(Base64.decode(secrets.secretboxSecret?.revealed ?? "")?.count == 32)
        #expect(secrets.aescbcSecret == nil)
        let authorities = [secrets.talosCA, secrets.etcdCA, secrets.kubernetesCA, secrets.aggregatorCA]
        #expect(authorities.map(\.key.algorithm) == [.ed25519, .p256, .p256, .p256])
        #expect(authorities.map(\.certificate.subject.organizations) == [["talos"], ["etcd"], ["kubernetes"], []])
        for authority in authorities {
            #expect(authority.certificate.notBefore == clock.now.advanced(by: .seconds(-3600)))
            #expect(authority.certificate.notAfter == clock.now.advanced(by: .seconds(87_600 * 3600)))
        }
        #expect(secrets.serviceAccountKey.algorithm == .rsa4096)
        #expect(secrets.serviceAccountKey.pem.hasPrefix("-----BEGIN RSA PRIVATE KEY-----"))
        for token in [secrets.bootstrapToken.revealed, secrets.trustdToken.revealed] {
            #expect(token.wholeMatch(of: /[0-9a-z]{6}\.[0-9a-z]{16}/) != nil)
        }
        let text = secrets.yaml()
        #expect(try SecretsBundle(yaml: text).yaml() == text)
        #expect("\(secrets)" == "[secrets bundle]")
    }

    @Test("From contract 1.14 the cluster's id uses the standard alphabet")
    func newID() throws {
        for _ in 0..<4 {
            let secrets = try SecretsBundle.generate(contract: .init(major: 1, minor: 14), clock: clock)
            #expect(Base64.decode(secrets.clusterID)?.count == 32)
        }
    }

    @Test("The Talos administrator is os:admin and a client only")
    func talosClient() throws {
        let secrets = try Fixtures.secrets()
        let identity = try secrets.talosClient(roles: ["os:reader", "os:admin"], clock: clock)
        #expect(identity.certificate.isSigned(by: secrets.talosCA.certificate))
        #expect(identity.certificate.subject == .init(organizations: ["os:admin", "os:reader"]))
        #expect(identity.certificate.notBefore == clock.now.advanced(by: .seconds(-3600)))
        #expect(identity.certificate.notAfter == clock.now.advanced(by: .seconds(365 * 86_400)))
        #expect(try secrets.talosClient(clock: clock).certificate.subject.organizations == ["os:admin"])
    }

    @Test(
        "What is wrong with a bundle is said with its place",
        arguments: [
            ("    token: d8cwfa.eyvpi0xwxyarbfid", "    token: nodots", "trustdinfo.token"),
            (
                "    bootstraptoken: inn7ol.u4ehnti8qyls9ymo", "    bootstraptoken: INN7OL.u4ehnti8qyls9ymo",
                "secrets.bootstraptoken"
            ),
            ("    secret: pofHbABZq7VXuObsdLdy/bHmz6hlMHZ3p8+6WKrv1ic=", "    secret: AAAA", "cluster.secret"),
            ("    id: 0raF93qnkMvF-FZNuvyGozXNdLiT2FOWSlyBaW4PR-w=", "    id: \"\"", "cluster.id"),
            ("    os:", "    os2:", "certs.os"),
            ("trustdinfo:", "trusted:", "trustdinfo"),
        ])
    func wrongBundles(old: String, new: String, name: String) throws {
        let text = try Fixtures.talos("secrets.yaml")
        let wrong = text.split(separator: old + "\n", omittingEmptySubsequences: false).joined(separator: new + "\n")
        #expect { try SecretsBundle(yaml: wrong, file: "my.yaml") } throws: { error in
            let fault = error as? Fault
            return fault?.code == .corrupted && fault?.what.contains("\(name) ") == true
                && fault?.location?.hasPrefix("my.yaml:") == true
        }
    }

    @Test("An authority whose key belongs to another is refused")
    func mixedUp() throws {
        let text = try Fixtures.talos("secrets.yaml")
        let root = try YAML.parseOne(text)
        var mixed = root
        mixed[["certs", "etcd", "key"]] = root[["certs", "k8s", "key"]]
        #expect { try SecretsBundle(yaml: YAML.emit(mixed)) } throws: { "\($0)".contains("certs.etcd cannot be used") }
    }
}
