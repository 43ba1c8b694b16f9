import Core
package import Kubernetes

extension KubernetesObject {
    /// Whether a server-side apply of `desired` by a manager would change nothing: every wanted field is there with its
    /// value and owned by the manager, and the manager owns nothing else that the apply would remove.
    package func hasApplied(_ desired: KubernetesObject, by manager: String) -> Bool {
        guard let owned = fieldsApplied(by: manager) else { return false }
        var wanted = desired.json
        wanted["apiVersion"] = nil
        wanted["kind"] = nil
        wanted[["metadata", "name"]] = nil
        wanted[["metadata", "namespace"]] = nil
        return Self.contains(json, wanted) && Self.owns(owned, wanted) && Self.wants(wanted, owned)
    }

    private func fieldsApplied(by manager: String) -> JSON? {
        let entries = self["metadata", "managedFields"]?.array ?? []
        let entry = entries.first {
            $0.text("manager") == manager && $0.text("operation") == "Apply" && $0.text("subresource").isEmpty
        }
        return entry?["fieldsV1"]
    }

    /// Every wanted value is there; lists have the same length, since a list is applied as a whole.
    private static func contains(_ live: JSON, _ wanted: JSON) -> Bool {
        switch (live, wanted) {
        case (.object(let live), .object(let wanted)):
            wanted.allSatisfy { key, value in live[key].map { contains($0, value) } ?? false }
        case (.array(let live), .array(let wanted)):
            live.count == wanted.count && zip(live, wanted).allSatisfy { contains($0, $1) }
        default: live == wanted
        }
    }

    /// Every wanted field stands in a set of owned fields (`f:name` a level, an empty set for all below).
    private static func owns(_ owned: JSON, _ wanted: JSON) -> Bool {
        guard case .object(let fields) = wanted, owned != [:] else { return true }
        return fields.allSatisfy { key, value in owned["f:\(key)"].map { owns($0, value) } ?? false }
    }

    /// Every owned field is wanted. Elements of lists are left to the comparison of values.
    private static func wants(_ wanted: JSON, _ owned: JSON) -> Bool {
        (owned.object ?? [:]).allSatisfy { key, below in
            guard key.hasPrefix("f:") else { return true }
            return wanted[String(key.dropFirst(2))].map { wants($0, below) } ?? false
        }
    }
}
