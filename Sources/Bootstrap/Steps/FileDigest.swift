import Core
import Glibc
import PKI

/// The SHA-256 of a file's content, read piece by piece.
enum FileDigest {
    static func sha256(_ path: String) throws(Fault) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Fault(.notFound, "cannot open the file", at: path, why: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var hash = SHA256()
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            guard count >= 0 else { throw Fault(.failed, "cannot read the file", at: path) }
            if count == 0 { return hexadecimal(hash.finalize()) }
            hash.update(chunk[0..<count])
        }
    }
}
