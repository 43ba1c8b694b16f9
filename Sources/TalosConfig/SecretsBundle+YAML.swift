package import Core
import PKI
import YAML

extension SecretsBundle {
    /// Reads talosctl's `secrets.yaml`; keys may be written in any case, as its JSON form does.
    ///
    /// - Parameter file: the name put into the faults' locations.
    /// - Throws: ``Fault`` `corrupted` at the first entry that is missing or wrong.
    package init(yaml: String, file: String = "secrets.yaml") throws(Fault) {
        let root = Entry(node: try YAML.parseOne(yaml, file: file), path: "", file: file)
        let (cluster, secrets) = (try root.child("cluster"), try root.child("secrets"))
        let certificates = try root.child("certs")
        clusterID = try cluster.text("id")
        clusterSecret = try cluster.key("secret")
        bootstrapToken = try secrets.token("bootstraptoken")
        secretboxSecret = try secrets.optionalKey("secretboxencryptionsecret")
        aescbcSecret = try secrets.optionalKey("aescbcencryptionsecret")
        trustdToken = try root.child("trustdinfo").token("token")
        etcdCA = try certificates.authority("etcd")
        kubernetesCA = try certificates.authority("k8s")
        aggregatorCA = try certificates.authority("k8saggregator")
        serviceAccountKey = try certificates.child("k8sserviceaccount").privateKey()
        talosCA = try certificates.authority("os")
    }

    /// The bundle as talosctl writes it.
    package func yaml() -> String {
        func authority(_ authority: CertificateAuthority) -> Node {
            .mapping([("crt", .base64(authority.certificate.pem)), ("key", .base64(authority.key.pem))])
        }
        return YAML.emit(
            .mapping([
                ("cluster", .mapping([("id", .string(clusterID)), ("secret", .string(clusterSecret.revealed))])),
                (
                    "secrets",
                    .mapping([
                        ("bootstraptoken", .string(bootstrapToken.revealed)),
                        ("aescbcencryptionsecret", aescbcSecret.map { .string($0.revealed) }),
                        ("secretboxencryptionsecret", secretboxSecret.map { .string($0.revealed) }),
                    ])
                ),
                ("trustdinfo", .mapping([("token", .string(trustdToken.revealed))])),
                (
                    "certs",
                    .mapping([
                        ("etcd", authority(etcdCA)), ("k8s", authority(kubernetesCA)),
                        ("k8saggregator", authority(aggregatorCA)),
                        ("k8sserviceaccount", .mapping([("key", .base64(serviceAccountKey.pem))])),
                        ("os", authority(talosCA)),
                    ])
                ),
            ]), layout: .talos)
    }
}

extension Node {
    /// Standard Base64 of a text, the form of PEM in Talos's older documents.
    static func base64(_ text: String) -> Node { .string(Base64.encode(Array(text.utf8))) }
}

/// A mapping of the bundle with its place, for faults.
private struct Entry {
    let node: Node
    let path: String
    let file: String

    func child(_ key: String) throws(Fault) -> Entry {
        guard let child = value(key), child.mapping != nil else { throw fault(key, "is missing or no mapping") }
        return Entry(node: child, path: path.isEmpty ? key : "\(path).\(key)", file: file)
    }

    func text(_ key: String) throws(Fault) -> String {
        guard let text = value(key)?.text, !text.isEmpty else { throw fault(key, "is missing") }
        return text
    }

    /// Standard Base64 of 32 bytes.
    func key(_ key: String) throws(Fault) -> Secret<String> {
        let text = try text(key)
        guard Base64.decode(text)?.count == 32 else { throw fault(key, "is not the Base64 of 32 bytes") }
        return Secret(text)
    }

    func optionalKey(_ key: String) throws(Fault) -> Secret<String>? {
        guard let text = value(key)?.text, !text.isEmpty else { return nil }
        return try self.key(key)
    }

    func token(_ key: String) throws(Fault) -> Secret<String> {
        let text = try text(key)
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let isPlain = text.utf8.allSatisfy { $0 == 0x2E || 0x30...0x39 ~= $0 || 0x61...0x7A ~= $0 }
        guard isPlain, parts.map(\.utf8.count) == [6, 16] else {
            throw fault(key, "has not the form of six and sixteen characters with a dot between")
        }
        return Secret(text)
    }

    func authority(_ key: String) throws(Fault) -> CertificateAuthority {
        let entry = try child(key)
        let (certificate, privateKey) = (try entry.pem("crt"), try entry.pem("key"))
        do throws(Fault) {
            return try CertificateAuthority(certificatePEM: certificate, keyPEM: privateKey)
        } catch {
            throw fault(key, "cannot be used: \(error)")
        }
    }

    func privateKey() throws(Fault) -> PrivateKey {
        let text = try pem("key")
        do throws(Fault) {
            return try PrivateKey(pem: text)
        } catch {
            throw fault("key", "cannot be used: \(error)")
        }
    }

    private func pem(_ key: String) throws(Fault) -> String {
        guard let bytes = Base64.decode(try text(key)), let text = String(validating: bytes, as: UTF8.self) else {
            throw fault(key, "is not the Base64 of PEM text")
        }
        return text
    }

    private func value(_ key: String) -> Node? {
        node.mapping?.first { $0.key.text?.lowercased() == key }?.value
    }

    private func fault(_ key: String, _ why: String) -> Fault {
        let name = path.isEmpty ? key : "\(path).\(key)"
        let mark = value(key)?.mark ?? node.mark
        return Fault(.corrupted, "the secrets bundle's \(name) \(why)", at: mark.location(in: file))
    }
}
