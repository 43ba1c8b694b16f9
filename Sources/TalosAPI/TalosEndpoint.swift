/// Where a node's Talos API (apid) answers.
package struct TalosEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// The node's name in the plan, for messages; nil when it has none yet.
    package var name: String?
    /// An address or a name that the server's certificate must carry, unless it is pinned.
    package var host: String
    package var port: Int

    package init(_ host: String, port: Int = 50000, name: String? = nil) {
        self.name = name
        self.host = host
        self.port = port
    }

    /// `host:port`, with IPv6 in brackets.
    package var authority: String {
        host.contains(":") && !host.hasPrefix("[") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// `name (host:port)`: the place that faults name.
    package var description: String { name.map { "\($0) (\(authority))" } ?? authority }
}
