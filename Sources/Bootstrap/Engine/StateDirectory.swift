package import Core
import Glibc

/// Where one cluster's state lives on the provisioning host.
package struct StateDirectory: Sendable, Hashable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    package var lock: String { "\(path)/lock" }
    package var database: String { "\(path)/state.sqlite" }
    package var sealingKey: String { "\(path)/sealing.key" }
    package var secrets: String { "\(path)/secrets.sealed" }
    package var assets: String { "\(path)/assets" }
    package var leases: String { "\(path)/leases.json" }
    package var status: String { "\(path)/status.json" }
    package var kubeconfig: String { "\(path)/kubeconfig" }
    package var talosconfig: String { "\(path)/talosconfig" }

    /// Creates the directories, readable by their owner only.
    package func create() throws(Fault) {
        try FileStore.createDirectory(path)
        try FileStore.createDirectory(assets)
    }

    /// The directory that holds the clusters of this user: below `/var/lib` for root, else below the XDG state home.
    package static var home: String {
        if geteuid() == 0 { return "/var/lib/cozy-bootstrap" }
        if let state = environment("XDG_STATE_HOME") { return "\(state)/cozy-bootstrap" }
        return "\(environment("HOME") ?? "/tmp")/.local/state/cozy-bootstrap"
    }

    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension StateDirectory {
    /// Forgets a cluster whose machines are gone: everything but what stands in directories of its own.
    package func clear() throws(Fault) {
        let files = [
            database, "\(database)-wal", "\(database)-shm", sealingKey, secrets, leases, status, kubeconfig,
            talosconfig,
        ]
        for file in files where unlink(file) != 0 && errno != ENOENT {
            throw Fault(.failed, "cannot remove the file", at: file, why: String(cString: strerror(errno)))
        }
    }

    /// The names of the clusters that have state below ``home``.
    package static func known() -> [String] {
        guard let stream = opendir(home) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if FileStore.exists("\(home)/\(name)/state.sqlite") { names.append(name) }
        }
        return names.sorted()
    }
}
