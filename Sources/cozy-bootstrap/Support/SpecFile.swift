import Core
import Inventory

/// The spec that the operator names on the command line.
enum SpecFile {
    /// The most bytes of a spec.
    private static let limit = 4 << 20

    static func load(_ path: String, variant: String?) throws -> ClusterSpec {
        let text: String
        do {
            text = try FileStore.readText(path, limit: limit)
        } catch {
            throw Fault(.usage, "cannot read the spec", at: path, why: error.why ?? error.what)
        }
        return try ClusterSpec.load(text, file: path, variant: variant).get()
    }
}
