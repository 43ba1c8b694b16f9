import Core
import YAML

/// One `$patch: delete` of a patch: what it removes and where that stands.
struct PatchDeletion {
    private enum Target {
        /// The key itself.
        case key
        /// The elements of the list whose key has this value.
        case element(key: String, value: String)
    }

    private let path: [String]
    private let target: Target
    private let location: String

    /// Whether a mapping says `$patch: delete` of itself.
    static func isDeletion(_ node: Node, file: String) throws(Fault) -> Bool {
        guard let value = node["$patch"] else { return false }
        guard value.text == "delete" else {
            throw Fault(
                .usage, "unknown patch directive \"\(value.text ?? value.kind)\"", at: value.mark.location(in: file),
                next: "only $patch: delete exists")
        }
        return true
    }

    /// Takes all deletions out of a patch; what held nothing else goes with them.
    static func extract(from patch: inout Node, file: String) throws(Fault) -> [PatchDeletion] {
        var extraction = Extraction(file: file)
        _ = try extraction.walk(&patch, path: [])
        return extraction.found
    }

    /// - Throws: ``Fault`` `usage` when the path leads nowhere.
    func apply(to document: inout Node) throws(Fault) {
        _ = try remove(path[...], from: &document)
    }

    /// - Returns: whether nothing is left of the node.
    private func remove(_ path: ArraySlice<String>, from node: inout Node) throws(Fault) -> Bool {
        if path.isEmpty, case .element(let key, let value) = target {
            guard let elements = node.sequence, elements.contains(where: { $0[key]?.text == value }) else {
                throw lookupFailed()
            }
            node.content = .sequence(elements.filter { $0[key]?.text != value })
            return false
        }
        guard let first = path.first, var child = node[first] else { throw lookupFailed() }
        let rest = path.dropFirst()
        if rest.isEmpty, case .key = target {
            node[first] = nil
            return node.mapping?.isEmpty == true
        }
        let isEmpty = try remove(rest, from: &child)
        // An empty mapping means the same as none; only the one that lost its last key goes.
        node[first] = isEmpty ? nil : child
        return false
    }

    private func lookupFailed() -> Fault {
        Fault(.usage, "lookup failed: \(path.joined(separator: "."))", at: location, why: "there is nothing to delete")
    }

    private struct Extraction {
        let file: String
        var found: [PatchDeletion] = []

        /// - Returns: whether the node held deletions and nothing else.
        mutating func walk(_ node: inout Node, path: [String]) throws(Fault) -> Bool {
            switch node.content {
            case .scalar: return false
            case .mapping(let pairs): return try walk(pairs, of: &node, path)
            case .sequence(let elements): return try walk(elements, of: &node, path)
            }
        }

        private mutating func walk(_ pairs: [Node.Pair], of node: inout Node, _ path: [String]) throws(Fault) -> Bool {
            var kept: [Node.Pair] = []
            for var pair in pairs {
                let path = path + [pair.key.text ?? ""]
                if try PatchDeletion.isDeletion(pair.value, file: file) {
                    add(path, .key, pair.value)
                } else if try !walk(&pair.value, path: path) {
                    kept.append(pair)
                }
            }
            node.content = .mapping(kept)
            return kept.isEmpty && !pairs.isEmpty
        }

        private mutating func walk(_ elements: [Node], of node: inout Node, _ path: [String]) throws(Fault) -> Bool {
            var kept: [Node] = []
            for var element in elements {
                guard try PatchDeletion.isDeletion(element, file: file) else {
                    let count = found.count
                    _ = try walk(&element, path: path + ["*"])
                    guard found.count == count else {
                        throw Fault(
                            .usage, "cannot delete an inner key in \(path.joined(separator: "."))",
                            at: element.mark.location(in: file), next: "delete the whole element and add it anew")
                    }
                    kept.append(element)
                    continue
                }
                let selector = element.mapping?.first { $0.key.text != "$patch" }
                guard let selector, let key = selector.key.text, let value = selector.value.text else {
                    throw Fault(
                        .usage, "the element to delete in \(path.joined(separator: ".")) is not named",
                        at: element.mark.location(in: file), next: "add one key with the value it has, before $patch")
                }
                add(path, .element(key: key, value: value), element)
            }
            node.content = .sequence(kept)
            return kept.isEmpty && !elements.isEmpty
        }

        private mutating func add(_ path: [String], _ target: Target, _ node: Node) {
            found.append(PatchDeletion(path: path, target: target, location: node.mark.location(in: file)))
        }
    }
}
