package import Core
import PKI
package import YAML

/// The documents that make a machine a node. They hold secrets: printing the value shows its digest only.
package struct MachineConfig: Sendable, Hashable {
    package let documents: [Node]
    /// What is served or applied: YAML in talosctl's layout.
    package let text: String

    /// SHA-256 of the text, lower-case hexadecimal.
    package var sha256: String { SHA256.hexadecimalHash(text.utf8) }

    package init(documents: [Node]) {
        self.documents = documents
        text = YAML.emit(documents, layout: .talos)
    }

    /// Reads a machine config. Empty documents are skipped, as Talos does.
    ///
    /// - Throws: ``Fault`` `corrupted` for what is no YAML, holds no document, or names a document twice.
    package init(text: String, file: String = "<machine config>") throws(Fault) {
        let documents = try YAML.parse(text, file: file).filter { !$0.isNull }
        guard !documents.isEmpty else { throw Fault(.corrupted, "config not found", at: file) }
        var seen: Set<DocumentID> = []
        for document in documents {
            let identifier = try DocumentID(document, file: file)
            guard seen.insert(identifier).inserted else {
                throw Fault(.corrupted, "duplicate document \(identifier)", at: document.mark.location(in: file))
            }
        }
        self.documents = documents
        self.text = text
    }

    /// The config with a strategic merge patch applied, its fields in Talos's order.
    ///
    /// - Throws: ``Fault`` `usage` at the place in the patch.
    package func patched(with patch: String, file: String = "<patch>") throws(Fault) -> MachineConfig {
        MachineConfig(documents: FieldOrder.sorted(try StrategicMerge.apply(text: patch, to: documents, file: file)))
    }

    /// The document with `machine` and `cluster`.
    package var main: Node? { documents.first { $0["kind"] == nil } }

    /// A document of its own kind; nil as name takes the first one.
    package func document(kind: String, name: String? = nil) -> Node? {
        documents.first { $0["kind"]?.text == kind && (name == nil || $0["name"]?.text == name) }
    }

    /// Whether a machine leaves maintenance mode with it: there is a document with both parts.
    package var isComplete: Bool { main?["machine"] != nil && main?["cluster"] != nil }

    package var role: NodeRole? { main?[["machine", "type"]]?.text.flatMap(NodeRole.init(talosType:)) }

    /// The static hostname; nil where the machine makes up its own.
    package var hostname: String? {
        document(kind: "HostnameConfig")?["hostname"]?.text ?? main?[["machine", "network", "hostname"]]?.text
    }
}

extension MachineConfig: CustomStringConvertible, CustomReflectable {
    package var description: String { "[machine config \(sha256.prefix(12))]" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
