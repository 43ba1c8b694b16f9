import CArchive
package import Core
import Glibc

/// Reads an archive front to back, entry by entry, within limits.
///
/// Reading blocks on the source; callers keep it off the cooperative threads where the source may wait.
package final class ArchiveReader {
    /// Room for what libarchive reads ahead before the ratio of a bomb shows.
    private static let ratioGrace = 1 << 20
    private static let blockSize = 1 << 16

    private let archive: OpaquePointer
    private let source: ArchiveSource?
    private let name: String
    private let limits: ArchiveLimits
    private var check: EntryCheck
    private var count = 0
    private var total = 0
    private var entrySize = 0
    private var current = ""

    /// Opens an archive file.
    ///
    /// - Throws: ``Fault`` `notFound`, or `corrupted` when it is none of the formats.
    package convenience init(
        file path: String, formats: ArchiveFormats, limits: ArchiveLimits = ArchiveLimits()
    ) throws(Fault) {
        guard FileStore.exists(path) else { throw Fault(.notFound, "the archive is missing", at: path) }
        try self.init(name: path, formats, limits, source: nil)
        try checkOpen(archive_read_open_filename(archive, path, Self.blockSize))
    }

    /// Opens an archive whose bytes come in chunks; the closure returns nil at the end.
    ///
    /// ISO 9660 needs a file: it cannot be read front to back.
    package convenience init(
        named name: String, formats: ArchiveFormats, limits: ArchiveLimits = ArchiveLimits(),
        chunks: @escaping () throws -> [UInt8]?
    ) throws(Fault) {
        let source = ArchiveSource(chunks)
        try self.init(name: name, formats, limits, source: source)
        try checkOpen(source.open(archive))
    }

    /// Opens an archive that is in memory.
    package convenience init(
        named name: String, bytes: [UInt8], formats: ArchiveFormats, limits: ArchiveLimits = ArchiveLimits()
    ) throws(Fault) {
        var offset = 0
        try self.init(named: name, formats: formats, limits: limits) {
            guard offset < bytes.count else { return nil }
            defer { offset += Self.blockSize }
            return Array(bytes[offset..<min(offset + Self.blockSize, bytes.count)])
        }
    }

    private init(
        name: String, _ formats: ArchiveFormats, _ limits: ArchiveLimits, source: ArchiveSource?
    ) throws(Fault) {
        guard let archive = archive_read_new() else { throw Fault(.failed, "no memory for an archive", at: name) }
        self.archive = archive
        self.source = source
        self.name = name
        self.limits = limits
        check = EntryCheck(archive: name, limits: limits)
        archive_read_support_filter_gzip(archive)
        archive_read_support_filter_xz(archive)
        archive_read_support_filter_zstd(archive)
        if formats.contains(.tar) { archive_read_support_format_tar(archive) }
        if formats.contains(.cpio) { archive_read_support_format_cpio(archive) }
        if formats.contains(.iso9660) { archive_read_support_format_iso9660(archive) }
        if formats.contains(.stream) {
            archive_read_support_format_raw(archive)
            archive_read_support_format_empty(archive)
        }
    }

    deinit {
        archive_read_free(archive)
    }

    /// Whether the archive came compressed. Known once the first entry was read.
    package var isCompressed: Bool { archive_filter_code(archive, 0) != ARCHIVE_FILTER_NONE }

    /// The next entry; nil at the end.
    ///
    /// - Throws: ``Fault`` `refused` with the entry's name for paths and links that lead out, devices, and what
    ///   exceeds the limits; `corrupted` when the bytes do not follow their format.
    package func next() throws(Fault) -> ArchiveEntry? {
        while true {
            var raw: OpaquePointer?
            let result = archive_read_next_header(archive, &raw)
            if result == ARCHIVE_EOF { return nil }
            guard result == ARCHIVE_OK || result == ARCHIVE_WARN, let raw else { throw corrupted() }
            count += 1
            guard count <= limits.entries else {
                throw check.refuse(RawEntry.path(raw) ?? "?", "the archive has more than \(limits.entries) entries")
            }
            if let entry = try entry(raw) { return entry }
        }
    }

    /// The next bytes of the entry; empty at its end.
    package func read(upTo count: Int = 1 << 18) throws(Fault) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: max(1, count))
        let got = archive_read_data(archive, &buffer, buffer.count)
        guard got >= 0 else { throw corrupted() }
        buffer.removeLast(buffer.count - got)
        entrySize += got
        total += got
        guard entrySize <= limits.entrySize else {
            throw check.refuse(current, "it is larger than \(limits.entrySize) bytes")
        }
        guard total <= limits.totalSize else {
            throw check.refuse(current, "the archive holds more than \(limits.totalSize) bytes")
        }
        try checkRatio()
        return buffer
    }

    /// All bytes of the entry.
    ///
    /// - Parameter limit: the most bytes accepted, if less than the reader's own limit.
    package func readAll(limit: Int = .max) throws(Fault) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let part = try read()
            guard !part.isEmpty else { return bytes }
            bytes += part
            guard bytes.count <= limit else { throw check.refuse(current, "it is larger than \(limit) bytes") }
        }
    }

    /// Nil for the root directory.
    private func entry(_ raw: OpaquePointer) throws(Fault) -> ArchiveEntry? {
        entrySize = 0
        guard let path = RawEntry.path(raw) else {
            throw Fault(.refused, "an entry's name is not UTF-8", at: name)
        }
        current = path
        let parts = try check.parts(path)
        guard let kind = RawEntry.kind(raw) else {
            throw check.refuse(path, "it is neither file, directory nor link")
        }
        guard !parts.isEmpty else {
            guard kind == .directory else { throw check.refuse(path, "it would replace the root") }
            return nil
        }
        var entry = ArchiveEntry(path: parts.joined(separator: "/"), kind: kind)
        entry.mode = UInt32(archive_entry_perm(raw)) & 0o7777
        entry.modified = Int64(archive_entry_mtime(raw))
        switch kind {
        case .file:
            let size = archive_entry_size(raw)
            guard size <= limits.entrySize else {
                throw check.refuse(path, "it is larger than \(limits.entrySize) bytes")
            }
            entry.size = Int(size)
        case .directory:
            break
        case .symbolicLink(let target):
            try check.admitLink(parts, target: target)
        case .hardLink(let target):
            entry.kind = .hardLink(target: try check.parts(target).joined(separator: "/"))
        }
        return entry
    }

    private func checkRatio() throws(Fault) {
        let packed = Int(archive_filter_bytes(archive, -1))
        guard total > Self.ratioGrace, packed > 0, total / packed > limits.ratio else { return }
        throw check.refuse(current, "the content is more than \(limits.ratio) times as large as the archive")
    }

    private func checkOpen(_ result: Int32) throws(Fault) {
        guard result == ARCHIVE_OK else { throw corrupted() }
    }

    private func corrupted() -> Fault {
        if let failure = source?.failure {
            return failure as? Fault ?? Fault(.failed, "the archive's source broke off", at: name, cause: failure)
        }
        let reason = archive_error_string(archive).map { String(cString: $0) } ?? "unknown"
        return Fault(.corrupted, "the archive cannot be read", at: name, why: reason)
    }
}
