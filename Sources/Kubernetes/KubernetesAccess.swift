package import Core

/// How to reach an API server, whom to believe, and as whom to speak.
package struct KubernetesAccess: Sendable, Hashable {
    package enum Trust: Sendable, Hashable {
        /// The authorities of the machine.
        case system
        /// PEM certificates, one or more.
        case authorities(String)
        /// Believe anybody (`insecure-skip-tls-verify`).
        case anybody
    }

    package enum Credentials: Sendable, Hashable {
        case anonymous
        /// Both as PEM; the key in any form that OpenSSL or Talos writes.
        case certificate(String, key: Secret<String>)
        case token(Secret<String>)
        /// A file that somebody keeps fresh; read for each request.
        case tokenFile(String)
        case password(user: String, Secret<String>)
    }

    /// A place to connect to in place of the host and port of the URL.
    package struct Endpoint: Sendable, Hashable {
        package var host: String
        package var port: Int

        package init(host: String, port: Int = 6443) {
            self.host = host
            self.port = port
        }
    }

    /// `https://host:port`, without a path.
    package var server: String
    package var trust: Trust
    package var credentials: Credentials
    /// Dials this place while the certificate is still verified against the host of ``server``.
    package var connectTo: Endpoint?
    /// An HTTP proxy for this server; nil takes none.
    package var proxy: String?

    package init(
        server: String, trust: Trust = .system, credentials: Credentials = .anonymous, connectTo: Endpoint? = nil,
        proxy: String? = nil
    ) {
        self.server = server
        self.trust = trust
        self.credentials = credentials
        self.connectTo = connectTo
        self.proxy = proxy
    }
}
