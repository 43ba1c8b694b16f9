import Core
import FoundationEssentials
import Glibc
import Subprocess
import SystemPackage

/// The built command, run as an operator would run it.
enum Product {
    /// What a process left behind.
    struct Outcome: Sendable {
        var exitCode: Int32?
        var output: String
        var errors: String
        var duration: Duration
    }

    /// The binary beside the test bundle.
    static var path: String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let own = String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/cozy-bootstrap"
    }

    /// Runs it to its end, or kills it without warning after a time.
    static func run(_ arguments: [String], killAfter limit: Duration? = nil) async throws -> Outcome {
        try await command(path, arguments, killAfter: limit)
    }

    static func kubectl(_ state: String, _ arguments: [String]) async throws -> Outcome {
        try await command("/usr/bin/env", ["kubectl", "--kubeconfig", "\(state)/kubeconfig"] + arguments)
    }

    private static func command(
        _ path: String, _ arguments: [String], killAfter limit: Duration? = nil
    ) async throws -> Outcome {
        let start = ContinuousClock.now
        let result = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(arguments), input: .none, output: .string(limit: 64 << 20),
            error: .string(limit: 1 << 20)
        ) { execution in
            guard let limit else { return }
            try await Task.sleep(for: limit)
            try? execution.send(signal: .kill)
        }
        var exitCode: Int32?
        if case .exited(let code) = result.terminationStatus { exitCode = code }
        return Outcome(
            exitCode: exitCode, output: result.standardOutput, errors: result.standardError,
            duration: ContinuousClock.now - start)
    }
}

/// A cluster's state directory of a test's own; its lab is stopped and its files removed at the end.
struct LabState {
    let directory: String

    /// Runs a body with a fresh directory.
    static func with<Result>(_ body: (LabState) async throws -> Result) async throws -> Result {
        var template = Array("/tmp/cozy-bootstrap-test.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Fault(.failed, "cannot make a temporary directory") }
        let state = LabState(
            directory: String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self))
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(state))
        } catch {
            outcome = .failure(error)
        }
        _ = try await Product.run(["lab", "down", "--state-dir", state.directory])
        if case .success = outcome {
            try FileManager.default.removeItem(atPath: state.directory)
        }
        return try outcome.get()
    }

    func initialise(
        _ variant: String = "isp-full", _ more: [String] = [], killAfter limit: Duration? = nil
    )
        async throws -> Product.Outcome
    {
        try await Product.run(
            ["init", variant, "--lab", "--keep", "--state-dir", directory] + more, killAfter: limit)
    }

    /// The calls that the lab's services have answered.
    func accessLog() throws -> [JSON] {
        try FileStore.readText("\(directory)/datacenter/access.jsonl", limit: 1 << 30)
            .split(separator: "\n").map { try JSON(parsing: String($0)) }
    }

    /// The objects of a kind, as kubectl reads them.
    func objects(_ kind: String) async throws -> [JSON] {
        let outcome = try await Product.kubectl(directory, ["get", kind, "-A", "-o", "json"])
        guard outcome.exitCode == 0 else { throw Fault(.failed, "kubectl failed", why: outcome.errors) }
        return try JSON(parsing: outcome.output)["items"]?.array ?? []
    }
}
