package import Glibc

/// Reading and durable replacing of whole files.
package enum FileStore {
    /// Reads a whole file.
    ///
    /// - Parameter limit: the most bytes accepted.
    /// - Throws: ``Fault`` `notFound`, `corrupted` when larger than the limit, or `failed`.
    package static func read(_ path: String, limit: Int = 64 << 20) throws(Fault) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot open the file", path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot read the file", path) }
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: chunk[0..<count])
            guard bytes.count <= limit else {
                throw Fault(.corrupted, "the file is larger than \(limit) bytes", at: path)
            }
        }
    }

    package static func readText(_ path: String, limit: Int = 64 << 20) throws(Fault) -> String {
        guard let text = String(validating: try read(path, limit: limit), as: UTF8.self) else {
            throw Fault(.corrupted, "the file is not UTF-8", at: path)
        }
        return text
    }

    package static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Replaces a file so that a crash leaves the old or the new content, never a part: temporary file in the same
    /// directory, fsync, rename, fsync of the directory.
    package static func replace(_ path: String, with bytes: [UInt8], mode: mode_t = 0o600) throws(Fault) {
        var template = Array("\(path).XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw failure("cannot create a temporary file beside", path) }
        let temporary = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        do throws(Fault) {
            try write(bytes, to: descriptor, path)
            guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else { throw failure("cannot store", path) }
            guard rename(temporary, path) == 0 else { throw failure("cannot replace", path) }
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        close(descriptor)
        try syncDirectory(of: path)
    }

    /// Makes a created, renamed or removed name durable.
    package static func syncDirectory(of path: String) throws(Fault) {
        let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot open the directory", directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("cannot sync the directory", directory) }
    }

    /// Creates a directory and its parents; an existing one is left as it is.
    package static func createDirectory(_ path: String, mode: mode_t = 0o700) throws(Fault) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            partial += partial.isEmpty || partial.hasSuffix("/") ? String(part) : "/" + part
            if mkdir(partial, mode) != 0, errno != EEXIST { throw failure("cannot create the directory", partial) }
        }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(Fault) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + offset }, bytes.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("cannot write", path) }
            offset += count
        }
    }

    private static func failure(_ what: String, _ path: String) -> Fault {
        let number = errno
        return Fault(number == ENOENT ? .notFound : .failed, what, at: path, why: String(cString: strerror(number)))
    }
}
