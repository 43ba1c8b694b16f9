import Core

extension TextFormat {
    /// The address of the Kubernetes API.
    static let endpoint = TextFormat(
        "an https URL with a port", example: "https://10.0.0.10:6443", pattern: "^https://[^/\\s]+:[0-9]{1,5}$"
    ) { text in
        guard let parts = URLParts(text) else {
            return text.contains("://")
                ? Advice() : Advice("the scheme is missing", next: rightEndpoint("https://\(text)"))
        }
        guard parts.scheme == "https" else {
            return Advice("the API is served with TLS only", next: rightEndpoint(text))
        }
        guard parts.port != nil else { return Advice("the port is missing", next: rightEndpoint(text)) }
        return parts.path.isEmpty ? nil : Advice("there is nothing after the port", next: rightEndpoint(text))
    }

    static let ociURL = TextFormat(
        "an oci:// URL", example: "oci://ghcr.io/cozystack/cozystack/cozystack-packages",
        pattern: "^oci://[^/\\s]+/\\S+$"
    ) { text in
        guard let parts = URLParts(text), parts.scheme == "oci" else {
            return Advice(next: text.contains("://") ? nil : "write oci://\(text)")
        }
        guard parts.path.count > 1, parts.host != "" else { return Advice("the name of the artifact is missing") }
        let name = parts.path.dropFirst()
        guard !name.contains("@"), name.split(separator: "/").last?.contains(":") != true else {
            return Advice(
                "a tag or a digest does not belong into the URL", next: "put the digest into spec.source.digest")
        }
        return nil
    }

    /// Where files or images are fetched from instead.
    static let httpURL = TextFormat(
        "an http or https URL", example: "https://mirror.example.org", pattern: "^https?://[^/\\s]+"
    ) {
        text in
        guard let parts = URLParts(text) else {
            return Advice(next: text.contains("://") ? nil : "write https://\(text)")
        }
        return ["http", "https"].contains(parts.scheme) ? nil : Advice("the scheme is http or https")
    }

    /// The beginning of the URLs that a mirror serves.
    static let urlPrefix = TextFormat(
        "the beginning of an URL", example: "https://github.com/", pattern: "^https?://\\S*$"
    ) {
        text in
        ["https://", "http://"].contains { text.hasPrefix($0) } && !text.contains { $0.isWhitespace }
            ? nil : Advice("it begins with https:// or http://")
    }

    static let registryHost = TextFormat("the host of a registry", example: "docker.io", pattern: "^[^/\\s]+$") {
        text in
        if let parts = URLParts(text) { return Advice("there is no scheme here", next: "write \(parts.authority)") }
        return isDomain(text) || isIPv4(text) || HostPort(text) != nil ? nil : Advice()
    }

    static let digest = TextFormat(
        "a digest", example: "sha256: and 64 hexadecimal digits", pattern: "^sha256:[0-9a-f]{64}$"
    ) { text in
        let hex = text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...]
        let digits = hex.utf8.count { "0123456789abcdef".utf8.contains($0 | 0x20) || 0x30...0x39 ~= $0 }
        guard digits == hex.utf8.count, digits == 64 else {
            return Advice("it has sha256: and 64 hexadecimal digits, this one has \(hex.utf8.count)")
        }
        return text == "sha256:" + hex.lowercased() ? nil : Advice(next: "write sha256:\(hex.lowercased())")
    }
}

/// The parts of a URL that matter here (RFC 3986); user names, queries and fragments are refused.
struct URLParts {
    var scheme: String
    var host: String
    var port: Int?
    /// Empty, or with its slash.
    var path: String

    init?(_ text: String) {
        guard let colon = text.firstRange(of: "://"), !text.contains(where: { $0.isWhitespace || "?#@".contains($0) })
        else {
            return nil
        }
        scheme = text[..<colon.lowerBound].lowercased()
        let rest = text[colon.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        path = String(rest.dropFirst(authority.count))
        if let pair = HostPort(authority) {
            (host, port) = (pair.host, pair.port)
        } else if isIPv4(authority) || isDomain(String(authority)) {
            (host, port) = (String(authority), nil)
        } else {
            return nil
        }
    }

    /// `host` or `host:port`.
    var authority: String { port.map { "\(host):\($0)" } ?? host }
}

/// `write …` with the nearest right endpoint.
private func rightEndpoint(_ text: String) -> String? {
    URLParts(text).map { "write https://\($0.host):\($0.port ?? 6443)" }
}
