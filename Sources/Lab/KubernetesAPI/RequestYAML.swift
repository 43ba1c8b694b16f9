import Core
import YAML

/// Bodies that clients send as YAML.
enum RequestYAML {
    static func json(_ body: [UInt8]) throws(Fault) -> JSON {
        let documents = try YAML.parse(
            body, file: "<body>", limits: YAML.Limits(bytes: APIRequest.bodyLimit, nodes: 500_000, aliasedNodes: 1000))
        guard let document = documents.first, documents.count == 1 else {
            throw Fault(.corrupted, "one YAML document is wanted, not \(documents.count)")
        }
        return try document.json()
    }
}
