/// What an archive may be. Anything else is refused unread.
package struct ArchiveFormats: OptionSet, Sendable, Hashable {
    package let rawValue: Int

    package init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// POSIX ustar, pax and GNU tar.
    package static let tar = ArchiveFormats(rawValue: 1)
    /// The old and new ASCII forms and the binary one.
    package static let cpio = ArchiveFormats(rawValue: 2)
    /// With Rock Ridge and Joliet names.
    package static let iso9660 = ArchiveFormats(rawValue: 4)
    /// A compressed stream without an archive in it: one entry named `data`.
    package static let stream = ArchiveFormats(rawValue: 8)
}

/// How an archive is compressed. On reading it is recognised by its first bytes.
package enum ArchiveCompression: String, Sendable, Hashable, CaseIterable {
    case none
    case gzip
    case xz
    case zstd
}
