import CArchive
package import Core

/// Writes an archive front to back into a sink. Owners, groups and access times are left out, so that equal entries make
/// equal bytes.
package final class ArchiveWriter {
    package enum Format: Sendable, Hashable {
        /// ustar, with pax headers only for what ustar cannot say.
        case tar
        /// The new ASCII form, which Linux takes as an initramfs.
        case cpio
        /// No archive: the content of one entry, compressed.
        case stream
    }

    private let archive: OpaquePointer
    private let sink: ArchiveSink
    private let name: String

    /// - Parameter sink: takes each piece of the archive in order.
    /// - Throws: ``Fault`` `failed` when a filter is missing.
    package init(
        named name: String, _ format: Format, _ compression: ArchiveCompression,
        to sink: @escaping ([UInt8]) throws -> Void
    ) throws(Fault) {
        guard let archive = archive_write_new() else { throw Fault(.failed, "no memory for an archive", at: name) }
        self.archive = archive
        self.sink = ArchiveSink(sink)
        self.name = name
        switch format {
        case .tar: archive_write_set_format_pax_restricted(archive)
        case .cpio: archive_write_set_format_cpio_newc(archive)
        case .stream: archive_write_set_format_raw(archive)
        }
        // Names are UTF-8 already; a conversion through the locale would only lose letters.
        if format == .tar { archive_write_set_format_option(archive, "pax", "hdrcharset", "BINARY") }
        switch compression {
        case .none: archive_write_add_filter_none(archive)
        case .gzip:
            archive_write_add_filter_gzip(archive)
            archive_write_set_filter_option(archive, "gzip", "timestamp", nil)
        case .xz: archive_write_add_filter_xz(archive)
        case .zstd: archive_write_add_filter_zstd(archive)
        }
        archive_write_set_bytes_per_block(archive, 1 << 16)
        archive_write_set_bytes_in_last_block(archive, 1)
        try check(self.sink.open(archive))
    }

    deinit {
        // Freeing closes, and closing would write: an archive that was not finished is not to be completed.
        archive_write_fail(archive)
        archive_write_free(archive)
    }

    /// Adds an entry with its content in memory; the entry's size is taken from the content.
    package func add(_ entry: ArchiveEntry, _ content: [UInt8] = []) throws(Fault) {
        var entry = entry
        entry.size = content.count
        try add(entry) { piece in piece(content) }
    }

    /// Adds an entry whose content comes in pieces, together exactly as long as the entry says.
    package func add(
        _ entry: ArchiveEntry, content: (_ piece: (_ bytes: [UInt8]) -> Void) throws -> Void
    ) throws(Fault) {
        try writeHeader(entry)
        var left = entry.size
        var failed = false
        do {
            try content { bytes in
                left -= bytes.count
                guard left >= 0, !bytes.isEmpty, !failed else { return }
                failed = archive_write_data(archive, bytes, bytes.count) != bytes.count
            }
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault(.failed, "the content of \(entry.path) broke off", at: name, cause: error)
        }
        guard left == 0 else {
            throw Fault(.failed, "the content of \(entry.path) is not as long as its entry says", at: name)
        }
        if failed { throw failure() }
        try check(archive_write_finish_entry(archive))
    }

    /// Writes the end of the archive.
    package func finish() throws(Fault) {
        try check(archive_write_close(archive))
    }

    private func writeHeader(_ entry: ArchiveEntry) throws(Fault) {
        guard let raw = archive_entry_new() else { throw Fault(.failed, "no memory for an entry", at: name) }
        defer { archive_entry_free(raw) }
        archive_entry_set_pathname(raw, entry.path)
        archive_entry_set_perm(raw, entry.mode)
        archive_entry_set_mtime(raw, time_t(entry.modified), 0)
        archive_entry_set_size(raw, entry.kind == .file ? la_int64_t(entry.size) : 0)
        switch entry.kind {
        case .file:
            archive_entry_set_filetype(raw, RawEntry.fileType)
        case .directory:
            archive_entry_set_filetype(raw, RawEntry.directoryType)
        case .symbolicLink(let target):
            archive_entry_set_filetype(raw, RawEntry.linkType)
            archive_entry_set_symlink(raw, target)
        case .hardLink(let target):
            archive_entry_set_filetype(raw, RawEntry.fileType)
            archive_entry_set_hardlink(raw, target)
        }
        try check(archive_write_header(archive, raw))
    }

    private func check(_ result: Int32) throws(Fault) {
        guard result == ARCHIVE_OK || result == ARCHIVE_WARN else { throw failure() }
    }

    private func failure() -> Fault {
        if let error = sink.failure {
            return error as? Fault ?? Fault(.failed, "the archive cannot be stored", at: name, cause: error)
        }
        let reason = archive_error_string(archive).map { String(cString: $0) } ?? "unknown"
        return Fault(.failed, "the archive cannot be written", at: name, why: reason)
    }
}

/// Takes bytes from libarchive.
private final class ArchiveSink {
    private let put: ([UInt8]) throws -> Void
    private(set) var failure: (any Error)?

    init(_ put: @escaping ([UInt8]) throws -> Void) {
        self.put = put
    }

    func open(_ archive: OpaquePointer) -> Int32 {
        archive_write_open2(
            archive, Unmanaged.passUnretained(self).toOpaque(), nil,
            { _, context, bytes, count in
                guard let context, let bytes else { return -1 }
                let sink = Unmanaged<ArchiveSink>.fromOpaque(context).takeUnretainedValue()
                do {
                    try sink.put(Array(UnsafeRawBufferPointer(start: bytes, count: count)))
                    return count
                } catch {
                    sink.failure = error
                    return -1
                }
            }, nil, nil)
    }
}
