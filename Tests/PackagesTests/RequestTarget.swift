/// What a URL path names.
struct RequestTarget: Sendable {
    var collection: String
    var namespace: String?
    var name: String?
    var subresource: String?

    var entry: MemoryAPI.Entry { MemoryAPI.Entry(collection: collection, namespace: namespace ?? "", name: name ?? "") }

    init(_ path: Substring) {
        var parts = path.split(separator: "/").map(String.init)
        let group = parts.first == "api" ? Array(parts.prefix(2)) : Array(parts.prefix(3))
        parts.removeFirst(group.count)
        if parts.count >= 3, parts[0] == "namespaces", parts[2] != "status" {
            namespace = parts[1]
            parts.removeFirst(2)
        }
        collection = (group + parts.prefix(1)).joined(separator: "/")
        name = parts.dropFirst().first
        subresource = parts.dropFirst(2).first
    }
}
