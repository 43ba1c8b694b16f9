import CArchive

/// Reading and writing of libarchive's own entry. File types are the values of `AE_IFMT` and its kin, which are casts
/// that Swift cannot import.
enum RawEntry {
    static let fileType: UInt32 = 0o100_000
    static let directoryType: UInt32 = 0o040_000
    static let linkType: UInt32 = 0o120_000

    /// The path as UTF-8, whatever the process's locale is.
    static func path(_ entry: OpaquePointer) -> String? {
        text(archive_entry_pathname_utf8(entry)) ?? text(archive_entry_pathname(entry))
    }

    /// Nil for devices, pipes and sockets, and for links without a readable target.
    static func kind(_ entry: OpaquePointer) -> ArchiveEntry.Kind? {
        if let target = text(archive_entry_hardlink_utf8(entry)) ?? text(archive_entry_hardlink(entry)) {
            return .hardLink(target: target)
        }
        switch UInt32(archive_entry_filetype(entry)) {
        case fileType: return .file
        case directoryType: return .directory
        case linkType:
            let target = text(archive_entry_symlink_utf8(entry)) ?? text(archive_entry_symlink(entry))
            return target.map { .symbolicLink(target: $0) }
        default: return nil
        }
    }

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String? {
        pointer.flatMap { String(validatingCString: $0) }
    }
}
