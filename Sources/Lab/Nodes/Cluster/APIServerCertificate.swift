import Core
import PKI

/// The serving certificate of a control plane's API server, with the names that Talos puts into it.
struct APIServerCertificate: Sendable {
    let config: NodeConfig
    let hostname: String
    /// The node's own address and the shared ones.
    let addresses: [IPAddress]

    func issue(by authority: CertificateAuthority, clock: any WallClock) throws(Fault) -> Identity {
        let names = self.names
        let found = names.compactMap { IPAddress($0) } + addresses
        return try authority.issue(
            CertificateRequest(
                commonName: "kube-apiserver", organizations: ["kube-master"], usage: .server,
                dnsNames: unique(names.filter { IPAddress($0) == nil }), ipAddresses: unique(found),
                validity: .seconds(365 * 86_400), backdate: .seconds(10)),
            clock: clock)
    }

    private var names: [String] {
        var names = [
            "localhost", "127.0.0.1", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
            "kubernetes.default.svc.\(config.dnsDomain)", hostname,
        ]
        names += config.endpointHost.map { [$0] } ?? []
        names += config.texts("cluster", "apiServer", "certSANs")
        // The service `kubernetes` has the first address of each service network.
        let services = config.texts("cluster", "network", "serviceSubnets").compactMap { CIDR($0) }
        names += services.compactMap { $0.network.advanced(by: 1)?.description }
        return names
    }

    private func unique<Value: Hashable>(_ values: [Value]) -> [Value] {
        var seen: Set<Value> = []
        return values.filter { seen.insert($0).inserted }
    }
}
