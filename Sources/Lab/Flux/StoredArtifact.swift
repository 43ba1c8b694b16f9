import Core
import PKI
import Synchronization

/// An artifact as Flux's controllers keep it.
///
/// The lab keeps the files themselves, unpacked; the digest is taken over them in a fixed order.
struct StoredArtifact: Sendable, Hashable {
    let tree: FileTree
    /// `sha256:` and 64 hexadecimal digits.
    let digest: String
    /// The number of bytes of all files.
    let size: Int
    /// The last part of the path, made of the contents as source-watcher does it.
    let fileName: String

    /// - Parameter name: of the artifact, which goes into the file name.
    init(_ tree: FileTree, name: String) {
        var hash = SHA256()
        var size = 0
        var lines: [String] = []
        for (path, bytes) in tree.files {
            hash.update(Array("\(path)\u{0}\(bytes.count)\u{0}".utf8))
            hash.update(bytes)
            size += bytes.count
            lines.append("\(String(Adler32.sum(bytes), radix: 16))  \(name)/\(path)\n")
        }
        self.tree = tree
        self.size = size
        digest = "sha256:" + hexadecimal(hash.finalize())
        fileName = "\(Adler32.sum(Array(lines.sorted().joined().utf8))).tar.gz"
    }
}

/// RFC 1950's checksum.
enum Adler32 {
    static func sum(_ bytes: [UInt8]) -> UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            low = (low + UInt32(byte)) % 65521
            high = (high + low) % 65521
        }
        return high << 16 | low
    }
}

/// The disk that Flux's controllers share; like the `emptyDir` of the real ones, it is lost with them.
final class ArtifactStore: Sendable {
    private let artifacts = Mutex<[String: StoredArtifact]>([:])

    subscript(path: String) -> StoredArtifact? {
        get { artifacts.withLock { $0[path] } }
        set { artifacts.withLock { $0[path] = newValue } }
    }

    /// Removes all versions of an artifact but one.
    func removeAll(in directory: String, except path: String?) {
        artifacts.withLock { artifacts in
            for stored in artifacts.keys where stored.hasPrefix("\(directory)/") && stored != path {
                artifacts[stored] = nil
            }
        }
    }

    /// Forgets everything, as a restart of the pod does.
    func removeAll() {
        artifacts.withLock { $0.removeAll() }
    }

    /// Where an artifact of an object lies: `ocirepository/cozy-system/cozystack-packages`.
    static func directory(kind: String, namespace: String, name: String) -> String {
        "\(kind.lowercased())/\(namespace)/\(name)"
    }

    /// The address under which controllers name an artifact to each other.
    static func url(_ path: String) -> String { "http://flux.cozy-fluxcd.svc/\(path)" }
}
