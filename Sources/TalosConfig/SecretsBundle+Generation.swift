package import Core
package import PKI

extension SecretsBundle {
    /// Makes all secrets of a new cluster. The RSA key takes up to a few seconds of computing.
    ///
    /// Certificates are valid from an hour before now, so that nodes whose clock is behind accept them before their
    /// time is in sync; talosctl begins at now.
    ///
    /// - Throws: ``Fault`` from OpenSSL.
    package static func generate(contract: TalosContract, clock: any WallClock) throws(Fault) -> SecretsBundle {
        let isOld = contract <= .v113
        return SecretsBundle(
            clusterID: Base64.encode(Random.bytes(32), alphabet: isOld ? .url : .standard),
            clusterSecret: Secret(Base64.encode(Random.bytes(32))), bootstrapToken: Secret(token()),
            trustdToken: Secret(token()), secretboxSecret: Secret(Base64.encode(Random.bytes(32))),
            aescbcSecret: nil,
            talosCA: try .create(.talos, clock: clock, backdate: clockSkew),
            etcdCA: try .create(.etcd, clock: clock, backdate: clockSkew),
            kubernetesCA: try .create(.kubernetes, clock: clock, backdate: clockSkew),
            aggregatorCA: try .create(.kubernetesAggregator, clock: clock, backdate: clockSkew),
            serviceAccountKey: try .generate(.rsa4096))
    }

    /// How far a node's clock may be behind ours.
    static let clockSkew = Duration.seconds(3600)

    /// The identity of an administrator of the Talos API: O = roles, clientAuth alone, one year.
    package func talosClient(
        roles: [String] = ["os:admin"], validity: Duration = .seconds(365 * 86_400), clock: any WallClock
    ) throws(Fault) -> Identity {
        try talosCA.issue(
            CertificateRequest(
                organizations: roles.sorted(), usage: .client, validity: validity, backdate: Self.clockSkew),
            clock: clock)
    }

    /// The identity of Talos's admin kubeconfig: CN=admin, O=system:masters, one year from ten seconds ago.
    package func kubernetesAdmin(
        validity: Duration = .seconds(365 * 86_400), clock: any WallClock
    ) throws(Fault) -> Identity {
        try kubernetesCA.issue(
            CertificateRequest(
                commonName: "admin", organizations: ["system:masters"], usage: .client,
                keyUsage: [.digitalSignature, .keyEncipherment], validity: validity, backdate: .seconds(10)),
            clock: clock)
    }

    private static func token() -> String {
        let alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
        return Random.text(6, of: alphabet) + "." + Random.text(16, of: alphabet)
    }
}
