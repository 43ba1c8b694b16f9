package import Core
package import YAML

/// Talos's strategic merge of machine-config patches.
package enum StrategicMerge {
    /// Applies the documents of a patch to those of a config.
    ///
    /// Documents match by apiVersion, kind and name; one without a match is added. Scalars of the patch win unless they
    /// are empty (`""`, 0, null), mappings merge by key, lists are appended except where Talos replaces them or merges
    /// by a key. `$patch: delete` removes a key, a list's element or a whole document, before anything is merged.
    ///
    /// - Parameter file: the name put into the faults' locations.
    /// - Throws: ``Fault`` `usage` for a patch that Talos would refuse.
    package static func apply(
        _ patch: [Node], to documents: [Node], file: String = "<patch>"
    ) throws(Fault) -> [Node] {
        var documents = documents
        for patch in patch where !patch.isNull {
            try apply(patch, to: &documents, file: file)
        }
        return documents
    }

    /// Applies a patch given as YAML text.
    package static func apply(
        text: String, to documents: [Node], file: String = "<patch>"
    ) throws(Fault) -> [Node] {
        try apply(try YAML.parse(text, file: file), to: documents, file: file)
    }

    private static func apply(_ patch: Node, to documents: inout [Node], file: String) throws(Fault) {
        guard patch.sequence == nil else {
            throw Fault(
                .usage, "JSON6902 patches are not supported for multi-document machine configuration",
                at: patch.mark.location(in: file), next: "write a strategic merge patch")
        }
        let identifier = try DocumentID(patch, file: file)
        var index: Int?
        for (position, document) in documents.enumerated()
        where try DocumentID(document, file: "<machine config>") == identifier {
            index = position
        }
        if try PatchDeletion.isDeletion(patch, file: file) {
            guard identifier.kind != nil else {
                throw Fault(
                    .usage, "the document with machine and cluster cannot be deleted", at: patch.mark.location(in: file)
                )
            }
            if let index { documents.remove(at: index) }
            return
        }
        var patch = patch
        let deletions = try PatchDeletion.extract(from: &patch, file: file)
        guard let index else {
            let isOnlyIdentity = patch.mapping?.allSatisfy { ["apiVersion", "kind", "name"].contains($0.key.text) }
            if deletions.isEmpty || isOnlyIdentity != true { documents.append(patch) }
            return
        }
        for deletion in deletions { try deletion.apply(to: &documents[index]) }
        documents[index] = merge(patch, into: documents[index], path: [], kind: identifier.kind)
    }

    private static func merge(_ patch: Node, into old: Node, path: [String], kind: String?) -> Node {
        let rule = MergeRule.at(path, of: kind)
        switch (old.content, patch.content) {
        case (.mapping(let pairs), .mapping(let added)) where rule != .replace:
            return Node(.mapping(merge(added, into: pairs, path: path, kind: kind)), mark: old.mark, tag: old.tag)
        case (.sequence(let elements), .sequence(let added)) where rule != .replace:
            let merged = merge(added, into: elements, rule: rule, path: path, kind: kind)
            return Node(.sequence(merged), mark: old.mark, tag: old.tag)
        default:
            return patch.isEmptyScalar ? old : patch
        }
    }

    private static func merge(
        _ added: [Node.Pair], into pairs: [Node.Pair], path: [String], kind: String?
    )
        -> [Node.Pair]
    {
        var pairs = pairs
        for pair in added where !pair.value.isNull {
            let path = path + [pair.key.text ?? ""]
            if let index = pairs.firstIndex(where: { $0.key == pair.key }) {
                pairs[index].value = merge(pair.value, into: pairs[index].value, path: path, kind: kind)
            } else {
                pairs.append(pair)
            }
        }
        return pairs
    }

    private static func merge(
        _ added: [Node], into elements: [Node], rule: MergeRule, path: [String], kind: String?
    ) -> [Node] {
        var elements = elements
        for element in added {
            let (keys, replaces): ([String], Bool) =
                switch rule {
                case .keyed(let keys): (keys, false)
                case .keyedReplace(let key): ([key], true)
                case .usual, .replace: ([], false)
                }
            let match = elements.firstIndex { old in keys.contains { old[$0] != nil && old[$0] == element[$0] } }
            guard let match else {
                elements.append(element)
                continue
            }
            elements[match] =
                replaces ? element : merge(element, into: elements[match], path: path + ["*"], kind: kind)
        }
        return elements
    }
}

extension Node {
    /// What Go cannot tell from a field that was left out. A boolean is never empty: Talos reads them by pointer.
    fileprivate var isEmptyScalar: Bool {
        switch scalar?.value {
        case .null: true
        case .int(let value): value == 0
        case .float(let value): value == 0
        case .string(let text): text.isEmpty
        case .bool, .outOfRange, nil: false
        }
    }
}
