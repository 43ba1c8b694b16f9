/// How much an archive may hold before it is taken for an attack.
package struct ArchiveLimits: Sendable, Hashable {
    /// The number of entries.
    package var entries: Int
    /// The bytes of one entry.
    package var entrySize: Int
    /// The bytes of all entries together.
    package var totalSize: Int
    /// How many times larger than its compressed form the content may be, once it exceeds a mebibyte.
    package var ratio: Int
    /// The bytes of a path.
    package var pathLength: Int

    package init(
        entries: Int = 200_000, entrySize: Int = 4 << 30, totalSize: Int = 16 << 30, ratio: Int = 300,
        pathLength: Int = 4096
    ) {
        self.entries = entries
        self.entrySize = entrySize
        self.totalSize = totalSize
        self.ratio = ratio
        self.pathLength = pathLength
    }
}
