import Bootstrap
import Core
import FoundationEssentials
import Glibc
import Lab

/// The lab as a process of its own, found and controlled through its directory.
struct LabProcess {
    let directory: String

    /// How long a lab may take until everything in it listens.
    private static let startDeadline = Duration.seconds(60)
    private static let stopDeadline = Duration.seconds(15)

    private var lock: String { "\(directory)/lock" }
    private var logFile: String { "\(directory)/lab.log" }

    /// The lab that runs here, or nil.
    func running() async throws -> LabDescription? {
        let deadline = ContinuousClock.now + Self.startDeadline
        while RunLock.isHeld(path: lock) {
            // A lab that is just being started has not described itself yet.
            if FileStore.exists("\(directory)/\(LabDescription.fileName)") {
                return try LabDescription.read(directory: directory)
            }
            guard ContinuousClock.now < deadline else {
                throw Fault(.timeout, "the lab that runs does not become ready", at: logFile)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        return nil
    }

    /// Starts the lab and waits until it is ready.
    func start(nodes: Int) async throws -> LabDescription {
        try FileStore.createDirectory(directory)
        unlink("\(directory)/\(LabDescription.fileName)")
        let pid = try spawn(["lab", "run", "--directory", directory, "--nodes", String(nodes)])
        let deadline = ContinuousClock.now + Self.startDeadline
        while ContinuousClock.now < deadline {
            if RunLock.isHeld(path: lock), let description = try? LabDescription.read(directory: directory) {
                return description
            }
            var status: Int32 = 0
            if waitpid(pid, &status, WNOHANG) == pid { throw died() }
            try await Task.sleep(for: .milliseconds(20))
        }
        kill(pid, SIGKILL)
        throw Fault(.timeout, "the lab did not become ready", at: logFile)
    }

    /// Stops the lab that runs here. False when there is none.
    func stop() async throws -> Bool {
        guard let description = try await running() else { return false }
        kill(description.pid, SIGTERM)
        let deadline = ContinuousClock.now + Self.stopDeadline
        while RunLock.isHeld(path: lock) {
            if ContinuousClock.now > deadline { kill(description.pid, SIGKILL) }
            var status: Int32 = 0
            waitpid(description.pid, &status, WNOHANG)
            try await Task.sleep(for: .milliseconds(20))
        }
        return true
    }

    private func died() -> Fault {
        let log = (try? FileStore.readText(logFile)) ?? ""
        let last = log.split(separator: "\n").last.map(String.init)
        return Fault(.failed, "the lab did not start", at: logFile, why: last)
    }

    /// Starts this binary again in a session of its own, its output going to the log file.
    private func spawn(_ arguments: [String]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, logFile, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var allSignals = sigset_t()
        sigfillset(&allSignals)
        posix_spawnattr_setsigdefault(&attributes, &allSignals)
        posix_spawnattr_setflags(&attributes, Int16(newSession | POSIX_SPAWN_SETSIGDEF))
        let words = ["cozy-bootstrap"] + arguments
        let variables = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
        var pointers = words.map { strdup($0) } + [nil]
        var environment = variables.map { strdup($0) } + [nil]
        defer { (pointers + environment).forEach { free($0) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, &pointers, &environment)
        guard failure == 0 else {
            throw Fault(.failed, "cannot start the lab's process", why: String(cString: strerror(failure)))
        }
        return pid
    }
}

/// `POSIX_SPAWN_SETSID` of glibc's spawn.h, hidden behind `_GNU_SOURCE`.
private let newSession: Int32 = 0x80
