/// A pattern of one path segment, by the rules of Go's `path.Match`: `*`, `?`, `[a-z]`, `[^a-z]`, `\` before a
/// character. `**` means no more than `*`, and names that begin with a dot match too.
struct GlobPattern: Sendable {
    private let scalars: [Unicode.Scalar]

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
    }

    /// Whether a path has anything that makes it a pattern.
    static func isPattern(_ path: String) -> Bool {
        path.contains { "*?[]".contains($0) }
    }

    func matches(_ name: String) -> Bool {
        match(scalars[...], Array(name.unicodeScalars)[...])
    }

    private func match(_ pattern: ArraySlice<Unicode.Scalar>, _ name: ArraySlice<Unicode.Scalar>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        switch first {
        case "*":
            let rest = pattern.drop { $0 == "*" }
            return (name.startIndex...name.endIndex).contains { match(rest, name[$0...]) }
        case "?":
            return !name.isEmpty && match(pattern.dropFirst(), name.dropFirst())
        case "[":
            guard let end = pattern.dropFirst(2).firstIndex(of: "]"), let scalar = name.first else { return false }
            return isMember(scalar, of: pattern[(pattern.startIndex + 1)..<end])
                && match(pattern[(end + 1)...], name.dropFirst())
        case "\\":
            guard let literal = pattern.dropFirst().first, name.first == literal else { return false }
            return match(pattern.dropFirst(2), name.dropFirst())
        default:
            return name.first == first && match(pattern.dropFirst(), name.dropFirst())
        }
    }

    private func isMember(_ scalar: Unicode.Scalar, of set: ArraySlice<Unicode.Scalar>) -> Bool {
        let isNegated = set.first == "^"
        var rest = isNegated ? set.dropFirst() : set
        while let low = rest.first {
            if rest.dropFirst().first == "-", let high = rest.dropFirst(2).first {
                if low <= scalar, scalar <= high { return !isNegated }
                rest = rest.dropFirst(3)
            } else {
                if low == scalar { return !isNegated }
                rest = rest.dropFirst()
            }
        }
        return isNegated
    }
}

extension FileTree {
    /// The paths that a pattern matches, sorted, as Go's `fs.Glob` finds them: segment by segment.
    func glob(_ pattern: String) -> [String] {
        var found = [""]
        for segment in FileTree.segments(pattern) {
            let matcher = GlobPattern(segment)
            let isPattern = GlobPattern.isPattern(segment) || segment.contains("\\")
            found = found.flatMap { base in
                let names = isPattern ? names(in: base).filter(matcher.matches) : [segment]
                return names.map { base.isEmpty ? $0 : "\(base)/\($0)" }.filter { self[$0] != nil }
            }
        }
        return found.filter { !$0.isEmpty }.sorted()
    }

    /// Whether a path matches a pattern in which `**` stands for any number of whole segments.
    static func matches(_ path: String, doublestar pattern: String) -> Bool {
        matches(segments(path)[...], segments(pattern)[...])
    }

    private static func matches(_ path: ArraySlice<String>, _ pattern: ArraySlice<String>) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        if first == "**" {
            return (path.startIndex...path.endIndex).contains { matches(path[$0...], pattern.dropFirst()) }
        }
        guard let name = path.first, GlobPattern(first).matches(name) else { return false }
        return matches(path.dropFirst(), pattern.dropFirst())
    }
}
