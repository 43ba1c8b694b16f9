package import Core

extension Kubeconfig {
    /// How to reach the cluster of a context.
    ///
    /// - Parameter name: nil takes the current context.
    /// - Throws: ``Core/Fault`` `usage` when a name leads nowhere or the user needs an exec plugin, `notFound` for a
    ///   file that is missing.
    package func access(context name: String? = nil) throws(Fault) -> KubernetesAccess {
        guard let wanted = name ?? currentContext else {
            throw Fault(
                .usage, "the kubeconfig has no current context", next: "name one of: \(names(contexts.map(\.name)))")
        }
        guard let context = contexts.first(where: { $0.name == wanted }) else {
            throw Fault(
                .usage, "the kubeconfig has no context \"\(wanted)\"",
                next: "name one of: \(names(contexts.map(\.name)))")
        }
        guard let cluster = clusters.first(where: { $0.name == context.cluster }) else {
            throw Fault(.usage, "the context \"\(wanted)\" names the unknown cluster \"\(context.cluster)\"")
        }
        let user = users.first { $0.name == context.user }
        guard user != nil || context.user.isEmpty else {
            throw Fault(.usage, "the context \"\(wanted)\" names the unknown user \"\(context.user)\"")
        }
        var access = KubernetesAccess(
            server: cluster.server, trust: try trust(cluster), credentials: try credentials(user), proxy: cluster.proxy)
        if let serverName = cluster.serverName { access.verify(as: serverName) }
        return access
    }

    private func names(_ names: [String]) -> String {
        names.isEmpty ? "(there are none)" : names.joined(separator: ", ")
    }

    private func trust(_ cluster: Cluster) throws(Fault) -> KubernetesAccess.Trust {
        if cluster.skipsVerification { return .anybody }
        guard let authority = cluster.authority else { return .system }
        return .authorities(try read(authority).revealed)
    }

    private func credentials(_ user: User?) throws(Fault) -> KubernetesAccess.Credentials {
        guard let user else { return .anonymous }
        if let certificate = user.certificate, let key = user.key {
            return .certificate(try read(certificate).revealed, key: try read(key))
        }
        if let file = user.tokenFile { return .tokenFile(file) }
        if let token = user.token { return .token(token) }
        if let name = user.userName, let password = user.password { return .password(user: name, password) }
        if let plugin = user.plugin {
            throw Fault(
                .usage, "the user \"\(user.name)\" of the kubeconfig logs in through the plugin \(plugin)",
                why: "plugins are not run", next: "use a kubeconfig with a client certificate or a token")
        }
        return .anonymous
    }

    private func read(_ material: Material) throws(Fault) -> Secret<String> {
        switch material {
        case .text(let text): text
        case .file(let path): Secret(try FileStore.readText(path, limit: 1 << 20))
        }
    }
}

extension KubernetesAccess {
    /// Verifies the server's certificate against another name, still dialling the host of the URL.
    package mutating func verify(as name: String) {
        guard let url = ServerURL(server) else { return }
        connectTo = connectTo ?? Endpoint(host: url.host, port: url.port)
        server = "\(url.scheme)://\(name.contains(":") ? "[\(name)]" : name):\(url.port)\(url.path)"
    }
}

/// The parts of `https://host:port/path`.
struct ServerURL {
    let scheme: String
    /// Without the brackets of IPv6.
    let host: String
    let port: Int
    let path: String

    init?(_ text: String) {
        guard let end = text.firstRange(of: "://") else { return nil }
        scheme = String(text[..<end.lowerBound])
        let rest = text[end.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        path = String(rest.dropFirst(authority.count))
        let hostEnd = authority.hasPrefix("[") ? authority.firstIndex(of: "]").map(authority.index(after:)) : nil
        let colon = authority[(hostEnd ?? authority.startIndex)...].firstIndex(of: ":")
        let name = authority[..<(colon ?? authority.endIndex)]
        host = name.hasPrefix("[") ? String(name.dropFirst().dropLast()) : String(name)
        let number = colon.flatMap { Int(authority[authority.index(after: $0)...]) }
        guard !host.isEmpty, colon == nil || number != nil else { return nil }
        port = number ?? (scheme == "http" ? 80 : 443)
    }
}
