import Core
import Glibc
import PKI

/// A download on its way: the bytes in `<path>.partial`, the version they belong to in `<path>.partial.version`.
///
/// The file is locked, so that two processes never write into it together; its digest is kept up with every byte.
struct PartialFile: ~Copyable {
    private let path: String
    private let descriptor: Int32
    private(set) var count = 0
    /// How many of the bytes an earlier download left.
    private(set) var carriedOver = 0
    private var digest = SHA256()
    /// The strong validator (an ETag) of the version that the bytes belong to.
    private(set) var validator: String?
    private let source: String

    /// The digest of all bytes so far, in lower-case hexadecimal.
    var sha256: String { hexadecimal(digest.finalize()) }

    private var partialPath: String { path + ".partial" }
    private var versionPath: String { path + ".partial.version" }

    /// Opens or creates the partial file for a target, and takes up what an earlier download from the same source left.
    ///
    /// - Throws: ``Fault`` `refused` when another download holds it.
    init(path: String, source: String) throws(Fault) {
        self.path = path
        self.source = source
        descriptor = open(path + ".partial", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw systemFault("cannot create the file", path + ".partial") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Fault(
                .refused, "another download of this file is under way", at: path,
                next: "wait for it, or end the other process")
        }
        let version = (try? FileStore.readText(versionPath, limit: 64 << 10)) ?? ""
        let lines = version.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.count == 2, lines[0] == source {
            validator = lines[1].isEmpty ? nil : String(lines[1])
            try readExisting()
        } else {
            try restart(validator: nil)
        }
    }

    deinit { close(descriptor) }

    /// Throws the bytes away and remembers the version that comes next.
    mutating func restart(validator: String?) throws(Fault) {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw systemFault("cannot empty the file", partialPath)
        }
        count = 0
        carriedOver = 0
        digest = SHA256()
        self.validator = validator
        try FileStore.replace(versionPath, with: Array("\(source)\n\(validator ?? "")".utf8))
    }

    mutating func append(_ bytes: [UInt8]) throws(Fault) {
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes { buffer in
                write(descriptor, buffer.baseAddress.map { $0 + offset }, bytes.count - offset)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw systemFault("cannot write", partialPath) }
            offset += written
        }
        digest.update(bytes)
        count += bytes.count
    }

    /// Makes the bytes durable under their final name.
    consuming func commit(mode: mode_t) async throws(Fault) {
        let (descriptor, partialPath, path) = (descriptor, partialPath, path)
        try await offloaded { () throws(Fault) in
            guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else { throw systemFault("cannot store", path) }
            guard rename(partialPath, path) == 0 else { throw systemFault("cannot replace", path) }
            try FileStore.syncDirectory(of: path)
        }
        unlink(versionPath)
    }

    /// Removes what was loaded.
    consuming func discard() {
        unlink(partialPath)
        unlink(versionPath)
    }

    private mutating func readExisting() throws(Fault) {
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let read = Glibc.read(descriptor, &chunk, chunk.count)
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw systemFault("cannot read", partialPath) }
            guard read > 0 else { return }
            chunk.withUnsafeBytes { digest.update(raw: UnsafeRawBufferPointer(rebasing: $0[0..<read])) }
            count += read
            carriedOver = count
        }
    }
}

private func systemFault(_ what: String, _ path: String) -> Fault {
    let number = errno
    return Fault(.failed, what, at: path, why: String(cString: strerror(number)))
}
