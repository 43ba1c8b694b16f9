import Glibc
import NIOPosix

/// A program of the machine, run to its end beside the test.
struct APICommand {
    /// How a program ended.
    struct Outcome: Sendable {
        var status: Int32
        var output: String
        var errors: String

        var isSuccess: Bool { status == 0 }
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    enum Failure: Error {
        case cannotStart(String)
    }

    /// One thread for each program that runs, since each waits for its program's end.
    private static let threads: NIOThreadPool = {
        let threads = NIOThreadPool(numberOfThreads: 64)
        threads.start()
        return threads
    }()

    /// Runs a program with `input` on its standard input. It is killed after `seconds`.
    static func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:], seconds: Int = 60
    ) async throws -> Outcome {
        try await threads.runIfActive {
            try runBlocking(arguments, input: input, environment: environment, seconds: seconds)
        }
    }

    private static func runBlocking(
        _ arguments: [String], input: String, environment: [String: String], seconds: Int
    ) throws -> Outcome {
        let files = try (0..<3).map { _ in try temporaryFile() }
        defer { for file in files { close(file) } }
        _ = input.utf8.withContiguousStorageIfAvailable { write(files[0], $0.baseAddress, $0.count) }
        lseek(files[0], 0, SEEK_SET)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (index, file) in files.enumerated() { posix_spawn_file_actions_adddup2(&actions, file, Int32(index)) }
        // The sockets of servers in this process are none of the program's business.
        for descriptor in 3..<Int32(1024) where !files.contains(descriptor) {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let all = ["PATH": path, "HOME": "/nonexistent"].merging(environment) { $1 }
        var words = (["timeout", String(seconds)] + arguments).map { strdup($0) } + [nil]
        var variables = all.map { strdup("\($0)=\($1)") } + [nil]
        defer { for word in words + variables { free(word) } }
        var pid: pid_t = 0
        guard posix_spawnp(&pid, "timeout", &actions, nil, &words, &variables) == 0 else {
            throw Failure.cannotStart(arguments[0])
        }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return Outcome(status: (status >> 8) & 0xFF, output: read(files[1]), errors: read(files[2]))
    }

    /// A file without a name, which cannot fill up as a pipe does.
    private static func temporaryFile() throws -> Int32 {
        var template = Array("/tmp/cozy-test.XXXXXX".utf8CString)
        let file = mkstemp(&template)
        guard file >= 0, fcntl(file, F_SETFD, FD_CLOEXEC) == 0 else { throw Failure.cannotStart("mkstemp") }
        unlink(template)
        return file
    }

    private static func read(_ file: Int32) -> String {
        lseek(file, 0, SEEK_SET)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }
}
