import Core
import YAML

/// One entry of `spec.artifacts[].copy` of an ArtifactGenerator, carried out as source-watcher does it.
struct CopyOperation: Sendable {
    enum Strategy: String, Sendable {
        case overwrite = "Overwrite"
        case merge = "Merge"
        case extract = "Extract"
    }

    private let from: String
    private let to: String
    private let exclude: [String]
    private let strategy: Strategy

    /// - Throws: ``Core/Fault`` `usage` for an unknown strategy.
    init(_ json: JSON) throws(Fault) {
        from = json["from"]?.string ?? ""
        to = json["to"]?.string ?? ""
        exclude = (json["exclude"]?.array ?? []).compactMap(\.string)
        let name = json["strategy"]?.string ?? ""
        guard let strategy = name.isEmpty ? .overwrite : Strategy(rawValue: name), strategy != .extract else {
            throw Fault(.usage, "unsupported copy strategy '\(name)'")
        }
        self.strategy = strategy
    }

    /// Copies from the sources, which are named by alias, into an artifact.
    ///
    /// - Throws: ``Core/Fault`` when the source is unknown or nothing matches.
    func run(from sources: [String: FileTree], into artifact: inout FileTree) throws(Fault) {
        let (alias, pattern) = try CopyOperation.split(from)
        let (root, destination) = try CopyOperation.split(to)
        guard root == "artifact" else { throw Fault(.usage, "invalid 'to' '\(to)': must start with '@artifact/'") }
        guard let source = sources[alias] else { throw Fault(.notFound, "source '\(alias)' not found") }
        if GlobPattern.isPattern(pattern) {
            try copyMatches(of: pattern, in: source, to: destination, into: &artifact)
        } else {
            try copyOne(pattern, in: source, to: destination, into: &artifact)
        }
    }

    /// `@alias/path` in its two parts.
    private static func split(_ text: String) throws(Fault) -> (alias: String, path: String) {
        guard text.hasPrefix("@"), let slash = text.firstIndex(of: "/") else {
            throw Fault(.usage, "invalid path '\(text)': must be in the format '@alias/path'")
        }
        let path = String(text[text.index(after: slash)...])
        guard !FileTree.segments(path).contains("..") else {
            throw Fault(.usage, "invalid path '\(text)': must not leave the source")
        }
        return (String(text[text.index(after: text.startIndex)..<slash]), path)
    }

    private func copyMatches(
        of pattern: String, in source: FileTree, to destination: String, into artifact: inout FileTree
    ) throws(Fault) {
        let matches = source.glob(pattern)
        guard !matches.isEmpty else { throw Fault(.notFound, "no files match pattern '\(pattern)'") }
        let base = pattern.hasSuffix("/**") ? FileTree.segments(String(pattern.dropLast(3))) : []
        var count = 0
        for match in matches {
            guard let entry = kept(source[match], at: match, base: base) else { continue }
            let relative = FileTree.segments(match).dropFirst(base.count).joined(separator: "/")
            try put(entry, at: "\(destination)/\(relative)", into: &artifact)
            count += 1
        }
        guard count > 0 else { throw Fault(.notFound, "all files matching pattern '\(pattern)' are excluded") }
    }

    private func copyOne(
        _ path: String, in source: FileTree, to destination: String, into artifact: inout FileTree
    ) throws(Fault) {
        guard let entry = source[path] else { throw Fault(.notFound, "no files match pattern '\(path)'") }
        let name = FileTree.segments(path).last ?? ""
        guard let kept = kept(entry, at: path, base: []) else { return }
        var isIntoDirectory = destination.isEmpty || destination.hasSuffix("/")
        if case .directory = kept { isIntoDirectory = true }
        if case .directory? = artifact[destination] { isIntoDirectory = true }
        try put(kept, at: isIntoDirectory ? "\(destination)/\(name)" : destination, into: &artifact)
    }

    private func put(_ entry: FileTree.Entry, at path: String, into artifact: inout FileTree) throws(Fault) {
        if strategy == .merge, case .file(let bytes) = entry, let present = artifact.file(path) {
            artifact[path] = .file(try ValuesMerge.merge(present, bytes, file: path))
        } else {
            artifact.place(entry, at: path)
        }
    }

    /// The entry without what is excluded; nil when nothing is left of it.
    private func kept(_ entry: FileTree.Entry?, at path: String, base: [String]) -> FileTree.Entry? {
        guard let entry, !exclude.isEmpty else { return entry }
        switch entry {
        case .file:
            let relative = FileTree.segments(path).dropFirst(base.count).joined(separator: "/")
            return exclude.contains { isExcluded(path, relative, by: $0) } ? nil : entry
        case .directory(let children):
            var left: [String: FileTree.Entry] = [:]
            for (name, child) in children { left[name] = kept(child, at: "\(path)/\(name)", base: base) }
            return left.isEmpty ? nil : .directory(left)
        }
    }

    private func isExcluded(_ path: String, _ relative: String, by pattern: String) -> Bool {
        guard pattern.contains("/") else {
            return FileTree.segments(path).last.map(GlobPattern(pattern).matches) ?? false
        }
        return FileTree.matches(path, doublestar: pattern) || FileTree.matches(relative, doublestar: pattern)
    }
}

/// The copy strategy `Merge` over YAML files.
enum ValuesMerge {
    /// Lays the documents of one file over those of another: maps deeply, everything else is replaced. The keys of the
    /// result are sorted.
    static func merge(_ base: [UInt8], _ overlay: [UInt8], file: String) throws(Fault) -> [UInt8] {
        let merged = overlaid(try folded(base, file), try folded(overlay, file))
        return Array(YAML.emit(Node(merged)).utf8)
    }

    /// The documents of a file as one map.
    private static func folded(_ bytes: [UInt8], _ file: String) throws(Fault) -> JSON {
        var folded = JSON.object([:])
        for document in try YAML.parse(bytes, file: file) where !document.isNull {
            folded = overlaid(folded, try document.json(file: file))
        }
        return folded
    }

    private static func overlaid(_ base: JSON, _ overlay: JSON) -> JSON {
        guard case .object(var fields) = base, case .object(let changes) = overlay else { return overlay }
        for (key, value) in changes {
            if let present = fields[key], present.object != nil, value.object != nil {
                fields[key] = overlaid(present, value)
            } else {
                fields[key] = value
            }
        }
        return .object(fields)
    }
}
