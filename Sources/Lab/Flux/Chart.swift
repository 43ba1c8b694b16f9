import Core
import Packages
import YAML

/// A Helm chart as it lies in an artifact: one directory with `Chart.yaml` and `values.yaml`.
struct Chart: Sendable {
    let name: String
    /// `Chart.yaml`'s version and the first digits of the artifact's digest: `1.6.2+0123456789ab`.
    let version: String
    let appVersion: String
    let values: JSON
    /// The files of the chart.
    let files: FileTree

    /// - Throws: ``Core/Fault`` when the artifact holds no chart.
    init(_ artifact: StoredArtifact) throws(Fault) {
        let names = artifact.tree.names(in: "")
        guard let directory = names.first(where: { artifact.tree.file("\($0)/Chart.yaml") != nil }),
            case .directory(let children)? = artifact.tree[directory]
        else { throw Fault(.corrupted, "Chart.yaml file is missing") }
        files = FileTree(children)
        let metadata = try Chart.yaml("Chart.yaml", in: files)
        guard let name = metadata["name"]?.string, let version = metadata["version"]?.string else {
            throw Fault(.corrupted, "chart.metadata.name and chart.metadata.version are required")
        }
        self.name = name
        let digest = artifact.digest.split(separator: ":").last ?? ""
        self.version = "\(version)+\(digest.prefix(12))"
        appVersion = metadata["appVersion"]?.string ?? version
        values = try Chart.yaml("values.yaml", in: files)
    }

    /// A file of the chart as JSON; an empty object when it is missing or empty.
    static func yaml(_ path: String, in files: FileTree) throws(Fault) -> JSON {
        guard let bytes = files.file(path), let document = try YAML.parse(bytes, file: path).first, !document.isNull
        else {
            return .object([:])
        }
        return try document.json(file: path)
    }
}

extension FileTree {
    init(_ root: [String: Entry]) {
        self.init()
        self[""] = .directory(root)
    }
}
