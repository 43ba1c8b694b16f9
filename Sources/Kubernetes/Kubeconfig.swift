package import Core

/// A kubeconfig file (`clientcmd.k8s.io`, `v1` `Config`), or several merged into one.
package struct Kubeconfig: Sendable, Hashable {
    /// Bytes in the file itself (`…-data`), or the path of a file that has them.
    package enum Material: Sendable, Hashable {
        case text(Secret<String>)
        case file(String)
    }

    package struct Cluster: Sendable, Hashable {
        package var name: String
        package var server: String
        package var authority: Material?
        package var skipsVerification = false
        /// The name to verify in place of the host of the URL.
        package var serverName: String?
        package var proxy: String?

        package init(name: String, server: String) {
            self.name = name
            self.server = server
        }
    }

    package struct User: Sendable, Hashable {
        package var name: String
        package var certificate: Material?
        package var key: Material?
        package var token: Secret<String>?
        package var tokenFile: String?
        package var userName: String?
        package var password: Secret<String>?
        /// The command of an `exec` plugin, which this program does not run.
        package var plugin: String?

        package init(name: String) {
            self.name = name
        }
    }

    package struct Context: Sendable, Hashable {
        package var name: String
        package var cluster: String
        package var user: String
        package var namespace: String?

        package init(name: String, cluster: String, user: String, namespace: String? = nil) {
            self.name = name
            self.cluster = cluster
            self.user = user
            self.namespace = namespace
        }
    }

    package var clusters: [Cluster] = []
    package var users: [User] = []
    package var contexts: [Context] = []
    package var currentContext: String?

    package init() {}

    /// Reads files in the order of `KUBECONFIG`: the first definition of a name wins, and so does the first current
    /// context.
    package static func load(_ paths: [String]) throws(Fault) -> Kubeconfig {
        var merged = Kubeconfig()
        for path in paths { merged.merge(try parse(FileStore.readText(path, limit: 16 << 20), file: path)) }
        return merged
    }

    /// Adds what is not defined yet.
    package mutating func merge(_ other: Kubeconfig) {
        clusters += other.clusters.filter { new in !clusters.contains { $0.name == new.name } }
        users += other.users.filter { new in !users.contains { $0.name == new.name } }
        contexts += other.contexts.filter { new in !contexts.contains { $0.name == new.name } }
        if currentContext == nil { currentContext = other.currentContext }
    }
}
