import Core
import PKI
import YAML

extension Kubeconfig {
    /// A kubeconfig with one context, named like the cluster, for a certificate or a token.
    package init(name: String, user: String = "admin", access: KubernetesAccess) {
        var cluster = Cluster(name: name, server: access.server)
        switch access.trust {
        case .system: break
        case .authorities(let pem): cluster.authority = .text(.init(pem))
        case .anybody: cluster.skipsVerification = true
        }
        cluster.proxy = access.proxy
        let userName = "\(user)@\(name)"
        var entry = User(name: userName)
        switch access.credentials {
        case .anonymous: break
        case .certificate(let certificate, let key):
            entry.certificate = .text(.init(certificate))
            entry.key = .text(key)
        case .token(let token): entry.token = token
        case .tokenFile(let path): entry.tokenFile = path
        case .password(let user, let password):
            entry.userName = user
            entry.password = password
        }
        clusters = [cluster]
        users = [entry]
        contexts = [Context(name: userName, cluster: name, user: userName)]
        currentContext = userName
    }

    /// The file's text, secrets included.
    package func yaml() -> String {
        YAML.emit(
            .mapping([
                ("apiVersion", "v1"),
                ("kind", "Config"),
                ("clusters", .sequence(clusters.map { entry($0.name, "cluster", node($0)) })),
                ("users", .sequence(users.map { entry($0.name, "user", node($0)) })),
                ("contexts", .sequence(contexts.map { entry($0.name, "context", node($0)) })),
                ("current-context", currentContext.map(Node.string)),
            ]))
    }

    private func entry(_ name: String, _ field: String, _ node: Node) -> Node {
        .mapping([("name", .string(name)), (field, node)])
    }

    private func node(_ cluster: Cluster) -> Node {
        .mapping([
            ("server", .string(cluster.server)),
            field("certificate-authority", cluster.authority),
            ("insecure-skip-tls-verify", cluster.skipsVerification ? true : nil),
            ("tls-server-name", cluster.serverName.map(Node.string)),
            ("proxy-url", cluster.proxy.map(Node.string)),
        ])
    }

    private func node(_ user: User) -> Node {
        .mapping([
            field("client-certificate", user.certificate),
            field("client-key", user.key),
            ("token", user.token.map { .string($0.revealed) }),
            ("tokenFile", user.tokenFile.map(Node.string)),
            ("username", user.userName.map(Node.string)),
            ("password", user.password.map { .string($0.revealed) }),
        ])
    }

    private func node(_ context: Context) -> Node {
        .mapping([
            ("cluster", .string(context.cluster)),
            ("user", .string(context.user)),
            ("namespace", context.namespace.map(Node.string)),
        ])
    }

    private func field(_ key: String, _ material: Material?) -> (String, Node?) {
        switch material {
        case .text(let text)?: ("\(key)-data", .string(Base64.encode(Array(text.revealed.utf8))))
        case .file(let path)?: (key, .string(path))
        case nil: (key, nil)
        }
    }
}
