import Core
import Glibc
import Synchronization

/// A directory of its own for one test, removed with the value.
final class Workspace: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/pki-tests.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Fault(.failed, "cannot make a temporary directory") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Writes a file and returns its path.
    func write(_ name: String, _ text: String) throws -> String {
        try FileStore.replace("\(path)/\(name)", with: Array(text.utf8))
        return "\(path)/\(name)"
    }

    func text(_ name: String) throws -> String { try FileStore.readText("\(path)/\(name)") }

    deinit {
        guard let directory = opendir(path) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            unlink("\(path)/\(name)")
        }
        closedir(directory)
        rmdir(path)
    }
}

/// The `openssl` command as the peer that judges what we write.
struct Tool {
    var status: Int32
    var output: String

    /// Runs a command to its end; output and errors come together.
    static func run(_ arguments: [String], input: String = "") throws -> Tool {
        let workspace = try Workspace()
        let source = try workspace.write("in", input)
        let target = "\(workspace.path)/out"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, source, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, target, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var pid: pid_t = 0
        var vector = arguments.map { strdup($0) } + [nil]
        defer { vector.forEach { free($0) } }
        guard posix_spawnp(&pid, arguments[0], &actions, nil, &vector, environ) == 0 else {
            throw Fault(.failed, "cannot start \(arguments[0])")
        }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return Tool(status: status == 0 ? 0 : max(status >> 8 & 0xFF, 1), output: try FileStore.readText(target))
    }
}
