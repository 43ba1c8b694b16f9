package import Core
import PKI
import YAML

extension Plan {
    /// `sha256:` and the digest of ``canonicalBytes`` in hexadecimal: equal plans have equal identities.
    package var id: String { "sha256:" + hexadecimal(SHA256.hash(canonicalBytes)) }

    /// The plan as JSON with sorted keys and no white space.
    package var canonicalBytes: [UInt8] { json.serialized() }

    package var json: JSON {
        // Encoding cannot fail: a plan holds only texts, numbers, booleans and JSON.
        (try? YAMLEncoder().encode(self).json()) ?? .null
    }

    /// Reads a plan back.
    ///
    /// - Throws: ``Fault`` `corrupted` when a part is missing or wrong.
    package init(json: JSON, file: String = "plan") throws(Fault) {
        self = try YAMLDecoder(file: file).decode(Plan.self, from: Node(json))
    }
}
