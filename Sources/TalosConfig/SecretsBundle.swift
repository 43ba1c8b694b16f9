package import Core
package import PKI

/// All secrets of a cluster, the content of talosctl's `secrets.yaml`.
///
/// Whoever has it owns the cluster: keep it sealed.
package struct SecretsBundle: Sendable {
    /// Names the cluster to the discovery service. Opaque.
    package var clusterID: String
    /// Standard Base64 of the 32 bytes that encrypt discovery data.
    package var clusterSecret: Secret<String>
    /// The kubeadm-style token of joining kubelets, `abcdef.0123456789abcdef`.
    package var bootstrapToken: Secret<String>
    /// The token that workers show to trustd, of the same shape: `machine.token`.
    package var trustdToken: Secret<String>
    /// Standard Base64 of the 32-byte key that encrypts Kubernetes Secrets in etcd.
    package var secretboxSecret: Secret<String>?
    /// The same for clusters made before Talos 1.3.
    package var aescbcSecret: Secret<String>?
    package var talosCA: CertificateAuthority
    package var etcdCA: CertificateAuthority
    package var kubernetesCA: CertificateAuthority
    package var aggregatorCA: CertificateAuthority
    package var serviceAccountKey: PrivateKey
}

extension SecretsBundle: CustomStringConvertible, CustomReflectable {
    package var description: String { "[secrets bundle]" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
