import YAML

/// Reads machine configurations as strictly as Talos 1.13 does: known kinds, known keys, no document twice.
enum ConfigLoader {
    /// Larger configurations are refused; so large is none.
    static let limit = 4 << 20

    static func load(_ bytes: [UInt8]) throws(ConfigRejection) -> NodeConfig {
        let parsed: [Node]
        do {
            parsed = try YAML.parse(bytes, file: "config.yaml", limits: YAML.Limits(bytes: limit))
        } catch {
            throw .loading("failed to parse config: \(error)")
        }
        let documents = parsed.filter { !$0.isNull && $0.mapping?.isEmpty != true }
        guard !documents.isEmpty else { throw .loading("config not found") }
        var seen: Set<[String]> = []
        var objections = ConfigShape.Objections()
        for document in documents {
            let (identity, shape) = try kind(of: document)
            guard seen.insert(identity).inserted else {
                throw .loading("duplicate document: \(identity.joined(separator: "/"))")
            }
            let found = shape.objections(to: document)
            objections.unknownKeys += found.unknownKeys
            objections.wrongKinds += found.wrongKinds
        }
        if let wrong = objections.wrongKinds.first { throw .loading("error decoding document: \(wrong)") }
        guard objections.unknownKeys.isEmpty else {
            throw .loading("unknown keys found during decoding: \(objections.unknownKeys.joined(separator: ", "))")
        }
        let config = NodeConfig(text: String(decoding: bytes, as: UTF8.self), documents: documents)
        try checkConflicts(config)
        return config
    }

    private static func kind(of document: Node) throws(ConfigRejection) -> (identity: [String], shape: ConfigShape) {
        guard let kind = document["kind"]?.text else {
            let legacy = ["machine", "cluster", "debug", "persist"].contains { document[$0] != nil }
            guard legacy, document["apiVersion"] == nil else { throw .loading("missing kind") }
            if let version = document["version"]?.text, version != "v1alpha1" {
                throw .loading("unknown version \"\(version)\"")
            }
            return (["v1alpha1"], .v1alpha1)
        }
        guard let version = document["apiVersion"]?.text else { throw .loading("missing apiVersion") }
        guard version == "v1alpha1", let shape = ConfigShape.document(kind: kind) else {
            throw .loading("\"\(kind)\" \"\(version)\": not registered")
        }
        return ([version, kind, document["name"]?.text ?? ""], shape)
    }

    /// A new document and the legacy field for the same thing exclude each other.
    private static func checkConflicts(_ config: NodeConfig) throws(ConfigRejection) {
        let pairs = [
            ("HostnameConfig", ["machine", "network", "hostname"]),
            ("ResolverConfig", ["machine", "network", "nameservers"]),
            ("TimeSyncConfig", ["machine", "time"]),
            ("RegistryMirrorConfig", ["machine", "registries", "mirrors"]),
            ("KubeSpanConfig", ["machine", "network", "kubespan"]),
        ]
        for (kind, path) in pairs {
            let legacy = config.legacy?[path]
            let isSet =
                legacy.map { !$0.isNull && $0.mapping?.isEmpty != true && $0.sequence?.isEmpty != true } ?? false
            if isSet, !config.documents(kind: kind).isEmpty {
                throw .loading("conflicting documents: v1alpha1 (\(path.joined(separator: "."))) and \(kind)")
            }
        }
    }
}
