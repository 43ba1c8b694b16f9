import Core

/// Reads the release files, which people may override, and says where something is missing.
struct CatalogueReader {
    let json: JSON
    private let file: String
    private let path: String

    init(_ json: JSON, file: String, path: String = "") {
        self.json = json
        self.file = file
        self.path = path
    }

    func text(_ key: String) throws(Fault) -> String {
        guard let text = json[key]?.string, !text.isEmpty else { throw missing(key, "a text") }
        return text
    }

    func number(_ key: String) throws(Fault) -> Int {
        guard let number = json[key]?.int else { throw missing(key, "a whole number") }
        return number
    }

    func child(_ key: String) throws(Fault) -> CatalogueReader {
        guard let child = json[key], child.object != nil else { throw missing(key, "a mapping") }
        return CatalogueReader(child, file: file, path: place(key))
    }

    func children(_ key: String) throws(Fault) -> [CatalogueReader] {
        guard let elements = json[key]?.array else { throw missing(key, "a list") }
        return elements.enumerated().map { CatalogueReader($1, file: file, path: "\(place(key))[\($0)]") }
    }

    func fault(_ why: String) -> Fault {
        Fault(.corrupted, "the release file is wrong", at: path.isEmpty ? file : "\(file): \(path)", why: why)
    }

    private func missing(_ key: String, _ what: String) -> Fault {
        fault("\(place(key)) must be \(what)")
    }

    private func place(_ key: String) -> String {
        path.isEmpty ? key : "\(path).\(key)"
    }
}
