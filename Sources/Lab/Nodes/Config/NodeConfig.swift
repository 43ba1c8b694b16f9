import Core
import PKI
import YAML

/// A machine configuration that the loader has taken, and what a node reads from it.
struct NodeConfig: Sendable, Hashable {
    enum Role: String, Sendable, Hashable {
        case controlPlane = "controlplane"
        case worker
    }

    /// What was received, byte for byte.
    let text: String
    let documents: [Node]

    /// The document without a kind.
    var legacy: Node? { documents.first { $0["kind"] == nil } }

    /// Complete for boot: a node that has such a configuration leaves maintenance.
    var isComplete: Bool { legacy?["machine"]?.mapping != nil && legacy?["cluster"]?.mapping != nil }

    func documents(kind: String) -> [Node] { documents.filter { $0["kind"]?.text == kind } }

    /// The text at a path of the legacy document; nil when it is missing or empty.
    func text(_ path: String...) -> String? {
        legacy?[path]?.text.flatMap { $0.isEmpty ? nil : $0 }
    }

    func texts(_ path: String...) -> [String] {
        legacy?[path]?.sequence?.compactMap(\.text) ?? []
    }

    func map(_ path: String...) -> [String: String] {
        let pairs = legacy?[path]?.mapping?.compactMap { pair in pair.key.text.map { ($0, pair.value.text ?? "") } }
        return Dictionary(pairs ?? [], uniquingKeysWith: { $1 })
    }

    func flag(_ path: String...) -> Bool { legacy?[path]?.bool ?? false }

    var role: Role? { text("machine", "type").flatMap(Role.init) }
    var machineToken: String? { text("machine", "token") }
    var clusterID: String? { text("cluster", "id") }
    var clusterName: String { text("cluster", "clusterName") ?? "talos-default" }
    var dnsDomain: String { text("cluster", "network", "dnsDomain") ?? "cluster.local" }
    var endpoint: String? { text("cluster", "controlPlane", "endpoint") }
    var installImage: String? { text("machine", "install", "image") }
    var kubeletImage: String? { text("machine", "kubelet", "image") }

    /// `v1.33.12` of the kubelet's image.
    var kubernetesVersion: String? {
        kubeletImage.flatMap { image in
            image.split(separator: "/").last?.split(separator: "@").first?.split(separator: ":").dropFirst().first
        }.map(String.init)
    }

    /// The host of the cluster endpoint.
    var endpointHost: String? { endpoint.flatMap { BootURL($0) }?.host }
    var endpointPort: Int? { endpoint.flatMap { BootURL($0) }?.port }

    /// The shared addresses that this configuration asks for, in both spellings.
    var virtualAddresses: [IPAddress] {
        let legacy = legacy?[["machine", "network", "interfaces"]]?.sequence ?? []
        let texts =
            legacy.compactMap { $0[["vip", "ip"]]?.text }
            + documents(kind: "Layer2VIPConfig").compactMap { $0["name"]?.text }
        return texts.compactMap { IPAddress($0) }
    }

    /// The host name that the configuration fixes; nil leaves it to the node.
    var hostname: String? {
        documents(kind: "HostnameConfig").compactMap { $0["hostname"]?.text }.first
            ?? text("machine", "network", "hostname")
    }

    /// Where kernel messages are to go, besides what the command line says.
    var kernelLogs: [String] { documents(kind: "KmsgLogConfig").compactMap { $0["url"]?.text } }

    var osCA: CertificatePair { pair("machine", "ca") }
    var etcdCA: CertificatePair { pair("cluster", "etcd", "ca") }
    var kubernetesCA: CertificatePair { pair("cluster", "ca") }
    var aggregatorCA: CertificatePair { pair("cluster", "aggregatorCA") }

    private func pair(_ path: String...) -> CertificatePair {
        func pem(_ key: String) -> String? {
            guard let text = legacy?[path + [key]]?.text, !text.isEmpty else { return nil }
            return Base64.decode(text.filter { !$0.isWhitespace }).map { String(decoding: $0, as: UTF8.self) }
        }
        return CertificatePair(certificate: pem("crt"), key: pem("key"))
    }
}

/// A certificate and, where the configuration has it, its key: PEM text, decoded from Base64.
struct CertificatePair: Sendable, Hashable {
    let certificate: String?
    let key: String?

    var authority: CertificateAuthority? {
        guard let certificate, let key else { return nil }
        return try? CertificateAuthority(certificatePEM: certificate, keyPEM: key)
    }
}
