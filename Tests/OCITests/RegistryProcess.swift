import Core
import Glibc

/// A program that serves on 127.0.0.1 until this value goes away.
final class RegistryProcess: Sendable {
    let port: Int
    let directory: String
    private let pid: pid_t

    /// Starts the distribution project's registry (Debian's docker-registry) with an empty store.
    static func distribution() async throws -> RegistryProcess {
        try await RegistryProcess { port, directory in
            let configuration = """
                version: 0.1
                log: {level: error}
                storage: {filesystem: {rootdirectory: \(directory)/store}}
                http: {addr: "127.0.0.1:\(port)"}
                """
            try FileStore.replace("\(directory)/config.yml", with: Array(configuration.utf8))
            return ["docker-registry", "serve", "\(directory)/config.yml"]
        }
    }

    /// Starts a Python script that gets the port as its argument.
    static func python(_ script: String) async throws -> RegistryProcess {
        try await RegistryProcess { port, directory in
            try FileStore.replace("\(directory)/server.py", with: Array(script.utf8))
            return ["python3", "\(directory)/server.py", "\(port)"]
        }
    }

    private init(_ arguments: (Int, String) throws -> [String]) async throws {
        directory = "/tmp/cozy-oci-\(UInt64.random(in: 0...UInt64.max))"
        try FileStore.createDirectory(directory)
        port = try Self.freePort()
        let words = try arguments(port, directory)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "\(directory)/log", O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { pointers.forEach { free($0) } }
        var pid = pid_t()
        guard posix_spawnp(&pid, words[0], &actions, nil, &pointers, environ) == 0 else {
            throw Fault(.notFound, "the program \(words[0]) is missing", next: "install the packages of the Makefile")
        }
        self.pid = pid
        let deadline = ContinuousClock.now + .seconds(20)
        while !Self.listens(port) {
            guard ContinuousClock.now < deadline else {
                let log = try? FileStore.readText("\(directory)/log")
                throw Fault(.timeout, "\(words[0]) does not listen", why: log)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    deinit {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
        system("rm -rf \(directory)")
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var name = address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard bound else { throw Fault(.failed, "no free port") }
        return Int(UInt16(bigEndian: name.sin_port))
    }

    private static func listens(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var name = address(port)
        return withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func address(_ port: Int) -> sockaddr_in {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return name
    }
}
