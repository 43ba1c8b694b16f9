import Core
import Glibc

/// The small files that firmware loads, read into memory once: requests never touch the file system.
struct BootFiles: Sendable {
    private static let sizeLimit = 16 << 20
    private static let countLimit = 256

    private var files: [String: [UInt8]] = [:]

    init(_ files: [String: [UInt8]]) {
        self.files = files
    }

    /// Reads the regular files of a directory, and those that the table names below it.
    ///
    /// - Throws: ``Fault`` `notFound` when the directory is missing.
    init(directory: String, named: [String]) throws(Fault) {
        guard let root = Self.resolved(directory) else {
            throw Fault(
                .notFound, "the boot loader directory is missing", at: directory,
                next: "install Debian's package ipxe or set spec.boot.bootloaders")
        }
        for name in Set(try Self.names(in: root) + named).sorted().prefix(Self.countLimit) {
            guard let path = Self.resolved("\(root)/\(name)"), path.hasPrefix(root + "/"), Self.isSmallFile(path) else {
                continue
            }
            files[name] = try FileStore.read(path, limit: Self.sizeLimit)
        }
    }

    subscript(name: String) -> [UInt8]? {
        get { files[name] }
        set { files[name] = newValue }
    }

    var names: [String] { files.keys.sorted() }

    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private static func isSmallFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size <= off_t(sizeLimit)
    }

    private static func names(in directory: String) throws(Fault) -> [String] {
        guard let stream = opendir(directory) else {
            throw Fault(.failed, "cannot read the boot loader directory", at: directory)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream), names.count < countLimit {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
