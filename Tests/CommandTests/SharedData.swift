import Core

/// The variants of Cozystack as a graph, from the data beside the repository.
enum SharedData {
    static func releases(of variant: String) throws -> [JSON] {
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
        let path = "\(root)/../shared/data/cozystack-variants.json"
        guard FileStore.exists(path) else {
            throw Fault(.notFound, "this test compares with data that is not here", at: path)
        }
        let data = try JSON(parsing: try FileStore.read(path))
        return data[["details", "v1.6.2", variant, "helmReleases"]]?.array ?? []
    }

    /// `namespace/name` of a reference or of an object's metadata.
    static func name(_ json: JSON) -> String {
        "\(json["namespace"]?.string ?? "")/\(json["name"]?.string ?? "")"
    }
}
