package import Core
import PKI
import YAML

extension Kubeconfig {
    /// Reads one file. Relative paths in it count from the file's directory.
    ///
    /// - Throws: ``Core/Fault`` `usage` with the place of what is wrong.
    package static func parse(_ text: String, file: String) throws(Fault) -> Kubeconfig {
        guard let root = try YAML.parse(text, file: file).first else { return Kubeconfig() }
        let reader = KubeconfigReader(file: file)
        guard root.isNull || root.mapping != nil else { throw reader.fault("a kubeconfig is a mapping", root) }
        var config = Kubeconfig()
        for (name, fields) in try reader.entries(root["clusters"], "cluster") {
            config.clusters.append(try reader.cluster(name, fields))
        }
        for (name, fields) in try reader.entries(root["users"], "user") {
            config.users.append(try reader.user(name, fields))
        }
        for (name, fields) in try reader.entries(root["contexts"], "context") {
            config.contexts.append(
                Context(
                    name: name, cluster: reader.text(fields["cluster"]) ?? "",
                    user: reader.text(fields["user"]) ?? "", namespace: reader.text(fields["namespace"])))
        }
        config.currentContext = reader.text(root["current-context"])
        return config
    }
}

private struct KubeconfigReader {
    let file: String

    func fault(_ what: String, _ node: Node) -> Fault {
        Fault(.usage, what, at: node.mark.location(in: file))
    }

    /// The named entries of `clusters`, `users` or `contexts`.
    func entries(_ list: Node?, _ field: String) throws(Fault) -> [(String, Node)] {
        var entries: [(String, Node)] = []
        for entry in list?.sequence ?? [] {
            guard let name = text(entry["name"]) else { throw fault("the name of a \(field) is missing", entry) }
            entries.append((name, entry[field] ?? .mapping([])))
        }
        return entries
    }

    func cluster(_ name: String, _ fields: Node) throws(Fault) -> Kubeconfig.Cluster {
        guard let server = text(fields["server"]) else { throw fault("the server of a cluster is missing", fields) }
        var cluster = Kubeconfig.Cluster(name: name, server: server)
        cluster.authority = try material(fields, "certificate-authority")
        cluster.skipsVerification = fields["insecure-skip-tls-verify"]?.bool ?? false
        cluster.serverName = text(fields["tls-server-name"])
        cluster.proxy = text(fields["proxy-url"])
        return cluster
    }

    func user(_ name: String, _ fields: Node) throws(Fault) -> Kubeconfig.User {
        var user = Kubeconfig.User(name: name)
        user.certificate = try material(fields, "client-certificate")
        user.key = try material(fields, "client-key")
        user.token = text(fields["token"]).map { Secret($0) }
        user.tokenFile = text(fields["tokenFile"]).map(absolute)
        user.userName = text(fields["username"])
        user.password = text(fields["password"]).map { Secret($0) }
        user.plugin = text(fields["exec"]?["command"])
        return user
    }

    /// The data field if there is one, else the path.
    private func material(_ fields: Node, _ key: String) throws(Fault) -> Kubeconfig.Material? {
        if let data = fields["\(key)-data"], let encoded = text(data) {
            guard let bytes = Base64.decode(encoded), let decoded = String(validating: bytes, as: UTF8.self) else {
                throw fault("\(key)-data is not PEM in base64", data)
            }
            return .text(Secret(decoded))
        }
        return text(fields[key]).map { .file(absolute($0)) }
    }

    func text(_ node: Node?) -> String? {
        guard let node, !node.isNull, let text = node.text, !text.isEmpty else { return nil }
        return text
    }

    private func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
        return file[...slash] + path
    }
}
