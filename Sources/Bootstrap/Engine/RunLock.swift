package import Core
import Glibc

/// The exclusive right to run against a cluster's state directory, held by an open-file-description lock.
///
/// The kernel drops the lock with the process, however that ends.
package final class RunLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock.
    ///
    /// - Throws: ``Fault`` `refused` naming the process that holds it.
    package init(path: String) throws(Fault) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Fault(.failed, "cannot open the lock file", at: path, why: String(cString: strerror(errno)))
        }
        guard Self.tryLock(descriptor) else {
            let holder = (try? FileStore.readText(path)) ?? ""
            close(descriptor)
            throw Fault(
                .refused, "another run is at work on this cluster", at: path,
                why: holder.isEmpty ? nil : "process \(holder)",
                next: "watch it with 'cozy-bootstrap status -w', or stop it first")
        }
        let owner = Array("\(getpid())".utf8)
        _ = ftruncate(descriptor, 0)
        _ = owner.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    deinit {
        close(descriptor)
    }

    /// Whether some process holds the lock at present.
    package static func isHeld(path: String) -> Bool {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var request = Self.request()
        return fcntl(descriptor, openFileDescriptionGetLock, &request) == 0 && request.l_type != Int16(F_UNLCK)
    }

    private static func request() -> Glibc.flock {
        var request = Glibc.flock()
        request.l_type = Int16(F_WRLCK)
        request.l_whence = Int16(SEEK_SET)
        return request
    }

    private static func tryLock(_ descriptor: Int32) -> Bool {
        var request = request()
        return fcntl(descriptor, openFileDescriptionSetLock, &request) == 0
    }
}

/// `F_OFD_GETLK` and `F_OFD_SETLK` of Linux's fcntl.h, which are hidden behind `_GNU_SOURCE`.
private let openFileDescriptionGetLock: Int32 = 36
private let openFileDescriptionSetLock: Int32 = 37
