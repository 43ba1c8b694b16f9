import Core

/// The facts about upstream's release, which the tests compare with. They stand beside the package, not in it.
enum SharedData {
    /// The package's own root.
    static var root: String {
        var path = Substring(#filePath)
        for _ in 0..<3 { path = path[..<(path.lastIndex(of: "/") ?? path.startIndex)] }
        return String(path)
    }

    static var directory: String { root + "/../shared/data" }

    static func json(_ name: String) throws -> JSON {
        let path = "\(directory)/\(name)"
        guard FileStore.exists(path) else {
            throw Fault(
                .notFound, "the facts about Cozystack are missing", at: path, next: "put shared/ beside the clone")
        }
        return try JSON(parsing: FileStore.read(path))
    }

    static func packageSources() throws -> [JSON] {
        let file = try json("cozystack-packagesources.json")
        return (file["packageSources"]?.array ?? []) + [file["platformPackageSource"] ?? [:]]
    }

    /// `details.v1.6.2.<variant>`.
    static func details(_ variant: String) throws -> JSON {
        try json("cozystack-variants.json")[["details", "v1.6.2", variant]] ?? [:]
    }
}

extension JSON {
    func list(_ key: String) -> [JSON] { self[key]?.array ?? [] }
    func strings(_ key: String) -> [String] { list(key).compactMap(\.string) }
    func text(_ key: String) -> String { self[key]?.string ?? "" }
}
