/// One member of an archive.
package struct ArchiveEntry: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case file
        case directory
        /// The target is relative and stays inside the archive.
        case symbolicLink(target: String)
        /// Another name of an earlier entry.
        case hardLink(target: String)
    }

    /// Relative, with `/` between its parts and without `.` and `..`. The root itself is never an entry.
    package var path: String
    package var kind: Kind
    /// The bytes of a file as the archive announces them; zero for everything else.
    package var size: Int
    /// The permission bits.
    package var mode: UInt32
    /// Seconds since 1970.
    package var modified: Int64

    package init(path: String, kind: Kind = .file, size: Int = 0, mode: UInt32 = 0o644, modified: Int64 = 0) {
        self.path = path
        self.kind = kind
        self.size = size
        self.mode = mode
        self.modified = modified
    }
}
