package import Core
import Glibc

/// Unpacks an archive into a directory. Owners are those of the process; set-user-id and the like are dropped.
package enum ArchiveExtractor {
    /// Unpacks all entries.
    ///
    /// Nothing that exists is replaced, and no symbolic link is followed on the way to an entry.
    ///
    /// - Parameter directory: exists already, and is best empty.
    /// - Throws: ``Fault`` of the reader, or `failed` with the path that could not be written.
    package static func extract(_ reader: ArchiveReader, into directory: String) throws(Fault) {
        while let entry = try reader.next() {
            let path = "\(directory)/\(entry.path)"
            try makeParents(of: entry.path, in: directory)
            switch entry.kind {
            case .directory:
                try makeDirectory(path, mode: mode_t(entry.mode & 0o777 | 0o700))
            case .file:
                try write(reader, to: path, mode: mode_t(entry.mode & 0o777))
            case .symbolicLink(let target):
                guard symlink(target, path) == 0 else { throw failure("cannot create the link", path) }
            case .hardLink(let target):
                try makeParents(of: target, in: directory)
                guard linkat(AT_FDCWD, "\(directory)/\(target)", AT_FDCWD, path, 0) == 0 else {
                    throw failure("cannot create the link", path)
                }
            }
        }
    }

    private static func makeParents(of path: String, in directory: String) throws(Fault) {
        var partial = directory
        for part in path.split(separator: "/").dropLast() {
            partial += "/" + part
            try makeDirectory(partial, mode: 0o755)
        }
    }

    /// Creates a directory, or makes sure that what exists is one and no link to one.
    private static func makeDirectory(_ path: String, mode: mode_t) throws(Fault) {
        if mkdir(path, mode) == 0 { return }
        var status = stat()
        guard errno == EEXIST, lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw failure("cannot create the directory", path)
        }
    }

    private static func write(_ reader: ArchiveReader, to path: String, mode: mode_t) throws(Fault) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure("cannot create the file", path) }
        defer { close(descriptor) }
        while true {
            let bytes = try reader.read()
            guard !bytes.isEmpty else { return }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw failure("cannot write the file", path) }
                rest = rest.dropFirst(count)
            }
        }
    }

    private static func failure(_ what: String, _ path: String) -> Fault {
        Fault(.failed, what, at: path, why: String(cString: strerror(errno)))
    }
}
