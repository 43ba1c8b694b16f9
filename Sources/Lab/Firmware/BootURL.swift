/// A URL as boot clients read it: `scheme://host[:port]/path?query`, and relative references against it.
struct BootURL: Sendable, Hashable, CustomStringConvertible {
    let scheme: String
    let host: String
    private let explicitPort: Int?
    /// Path and query, beginning with a slash.
    let target: String

    /// - Returns: nil without a scheme, a host, or with a port that is no number.
    init?(_ text: String) {
        guard let mark = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<mark.lowerBound]
        let rest = text[mark.upperBound...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !scheme.isEmpty, scheme.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
        else { return nil }
        let hostPort = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
        var host = hostPort
        var port: Int?
        let afterBracket = hostPort.lastIndex(of: "]") ?? hostPort.startIndex
        if let colon = hostPort[afterBracket...].lastIndex(of: ":") {
            guard let number = Int(hostPort[hostPort.index(after: colon)...]), 1...65535 ~= number else { return nil }
            (host, port) = (hostPort[..<colon], number)
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { return nil }
        self.scheme = scheme.lowercased()
        self.host = String(host)
        explicitPort = port
        let path = String(rest.dropFirst(authority.count))
        target = path.hasPrefix("/") ? path : "/\(path)"
    }

    private init(scheme: String, host: String, explicitPort: Int?, target: String) {
        self.scheme = scheme
        self.host = host
        self.explicitPort = explicitPort
        self.target = target
    }

    var port: Int {
        explicitPort ?? ["http": 80, "https": 443, "tftp": 69, "tcp": 514, "udp": 514][scheme] ?? 80
    }

    /// The target without its query.
    var path: String { String(target.prefix { $0 != "?" }) }

    /// The last part of the path, which names an image.
    var name: String { path.split(separator: "/").last.map(String.init) ?? "" }

    /// `host:port` as the Host header has it: the port only when the URL names it.
    var authority: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return explicitPort.map { "\(host):\($0)" } ?? host
    }

    var description: String { "\(scheme)://\(authority)\(target)" }

    /// What a reference in a document at this URL stands for (RFC 3986, 5.2, without dot segments).
    func resolving(_ reference: String) -> BootURL? {
        if reference.contains("://") { return BootURL(reference) }
        let target: String
        if reference.hasPrefix("/") {
            target = reference
        } else if reference.hasPrefix("?") {
            target = path + reference
        } else {
            target = path[...(path.lastIndex(of: "/") ?? path.startIndex)] + reference
        }
        return BootURL(scheme: scheme, host: host, explicitPort: explicitPort, target: target)
    }
}
