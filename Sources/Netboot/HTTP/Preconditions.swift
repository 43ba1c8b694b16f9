import NIOHTTP1

/// Conditional requests (RFC 9110 §13) against the validators of one representation.
struct Preconditions: Sendable {
    /// With its quotes; always a strong one.
    let entityTag: String?
    /// As the `Last-Modified` header shows it.
    let lastModified: String?

    /// Whether the client has this representation already: status 304.
    func isUnchanged(_ headers: HTTPHeaders) -> Bool {
        let tags = headers[canonicalForm: "If-None-Match"]
        guard tags.isEmpty else {
            return tags.contains { tag in
                let opaque = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
                return opaque == "*" || opaque == entityTag.map { $0[...] }
            }
        }
        guard let since = headers.first(name: "If-Modified-Since"), let lastModified else { return false }
        return since == lastModified
    }

    /// Whether a `Range` header counts: there is no `If-Range`, or it names this representation.
    func allowsRange(_ headers: HTTPHeaders) -> Bool {
        guard let condition = headers.first(name: "If-Range") else { return true }
        return condition == entityTag || condition == lastModified
    }
}
