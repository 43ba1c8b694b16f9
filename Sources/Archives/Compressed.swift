package import Core

/// Compression of bytes in memory, without an archive around them.
package enum Compressed {
    package static func pack(_ bytes: [UInt8], _ compression: ArchiveCompression) throws(Fault) -> [UInt8] {
        var packed: [UInt8] = []
        let writer = try ArchiveWriter(named: "a compressed stream", .stream, compression) { packed += $0 }
        try writer.add(ArchiveEntry(path: "data"), bytes)
        try writer.finish()
        return packed
    }

    /// Decompresses gzip, xz or zstd, recognised by its first bytes.
    ///
    /// - Parameter limit: the most bytes accepted.
    /// - Throws: ``Fault`` `corrupted`, or `refused` when the content is larger.
    package static func unpack(_ bytes: [UInt8], limit: Int) throws(Fault) -> [UInt8] {
        guard !bytes.isEmpty else { throw Fault(.corrupted, "there is nothing to decompress") }
        let limits = ArchiveLimits(entrySize: limit, totalSize: limit, ratio: .max)
        let reader = try ArchiveReader(named: "a compressed stream", bytes: bytes, formats: .stream, limits: limits)
        let entry = try reader.next()
        guard reader.isCompressed else { throw Fault(.corrupted, "the bytes are neither gzip, xz nor zstd") }
        guard entry != nil else { return [] }
        return try reader.readAll(limit: limit)
    }
}
