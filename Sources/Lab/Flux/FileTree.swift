/// Files in directories, held in memory: what an artifact is made of.
package struct FileTree: Sendable, Hashable {
    /// A file, or a directory with what is in it.
    package indirect enum Entry: Sendable, Hashable {
        case file([UInt8])
        case directory([String: Entry])
    }

    private(set) var root: [String: Entry]

    package init() {
        root = [:]
    }

    /// - Parameter files: contents by path; empty and `.` segments of paths do not count.
    package init(_ files: [String: [UInt8]]) {
        root = [:]
        for (path, bytes) in files { self[path] = .file(bytes) }
    }

    /// What stands at a path; the empty path is the root. Setting makes the directories on the way.
    package subscript(path: String) -> Entry? {
        get {
            var entry = Entry.directory(root)
            for segment in FileTree.segments(path) {
                guard case .directory(let children) = entry, let child = children[segment] else { return nil }
                entry = child
            }
            return entry
        }
        set { FileTree.set(FileTree.segments(path)[...], to: newValue, in: &root) }
    }

    /// The bytes of a file; nil for a directory.
    package func file(_ path: String) -> [UInt8]? {
        if case .file(let bytes)? = self[path] { bytes } else { nil }
    }

    /// The names in a directory, sorted; empty for anything else.
    package func names(in path: String) -> [String] {
        if case .directory(let children)? = self[path] { children.keys.sorted() } else { [] }
    }

    /// All files with their paths, sorted by path.
    package var files: [(path: String, bytes: [UInt8])] {
        var files: [(path: String, bytes: [UInt8])] = []
        FileTree.collect(.directory(root), at: "", into: &files)
        return files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// Puts an entry at a path. A directory is laid over one that is there; files are replaced.
    package mutating func place(_ entry: Entry, at path: String) {
        if case .directory(let new) = entry, case .directory? = self[path] {
            for (name, child) in new { place(child, at: "\(path)/\(name)") }
        } else {
            self[path] = entry
        }
    }

    /// The segments of a path, without empty ones and `.`.
    static func segments(_ path: String) -> [String] {
        path.split(separator: "/").map(String.init).filter { $0 != "." }
    }

    private static func set(_ path: ArraySlice<String>, to entry: Entry?, in children: inout [String: Entry]) {
        guard let first = path.first else {
            if case .directory(let all)? = entry { children = all }
            return
        }
        guard path.count > 1 else {
            children[first] = entry
            return
        }
        var inner: [String: Entry] = [:]
        if case .directory(let present)? = children[first] { inner = present }
        set(path.dropFirst(), to: entry, in: &inner)
        children[first] = .directory(inner)
    }

    private static func collect(_ entry: Entry, at path: String, into files: inout [(path: String, bytes: [UInt8])]) {
        switch entry {
        case .file(let bytes): files.append((path, bytes))
        case .directory(let children):
            for (name, child) in children { collect(child, at: path.isEmpty ? name : "\(path)/\(name)", into: &files) }
        }
    }
}
