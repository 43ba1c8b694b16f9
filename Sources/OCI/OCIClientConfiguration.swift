package import Core
package import HTTPClient

/// How registries are reached.
package struct OCIClientConfiguration: Sendable {
    package struct Credentials: Sendable {
        package var username: String
        package var password: Secret<String>

        package init(username: String, password: Secret<String>) {
            self.username = username
            self.password = password
        }
    }

    /// Registries (`host` or `host:port`) that speak plain HTTP.
    package var insecure: Set<String> = []
    /// For a registry, base URLs that are asked first, in order: `http://10.0.0.2:5000`.
    package var mirrors: [String: [String]] = [:]
    /// By registry. Without an entry, anonymous.
    package var credentials: [String: Credentials] = [:]
    package var tls = TLSSettings()
    package var retry = RetryPolicy.standard

    package init() {}
}
