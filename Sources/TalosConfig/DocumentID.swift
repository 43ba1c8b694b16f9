import Core
import YAML

/// What tells the documents of a machine config apart.
struct DocumentID: Hashable, CustomStringConvertible {
    var apiVersion: String?
    var kind: String?
    var name: String?

    /// - Throws: ``Fault`` with the text of Talos's loader.
    init(_ document: Node, file: String) throws(Fault) {
        let location = document.mark.location(in: file)
        guard document.mapping != nil else {
            throw Fault(
                .corrupted, "a document of a machine config must be a mapping, not \(document.kind)", at: location)
        }
        apiVersion = document["apiVersion"]?.text
        kind = document["kind"]?.text
        name = document["name"]?.text
        if kind == nil {
            let legacy = ["version", "machine", "cluster", "debug", "persist"]
            guard legacy.contains(where: { document[$0] != nil }) else {
                throw Fault(.corrupted, "missing kind", at: location)
            }
            (apiVersion, name) = (nil, nil)
        } else if apiVersion == nil {
            throw Fault(.corrupted, "missing apiVersion", at: location)
        }
    }

    /// `v1alpha1/HostnameConfig`, with the name if it has one; `v1alpha1.Config` for the one without a kind.
    var description: String {
        guard let kind else { return "v1alpha1.Config" }
        return [apiVersion, kind, name].compactMap(\.self).joined(separator: "/")
    }
}
