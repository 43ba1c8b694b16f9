import Core
import Glibc
import Synchronization
import Testing

/// A directory that is removed with all that is in it.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = "/tmp/cozy-archives-\(UInt64.random(in: 0...UInt64.max))"
        try FileStore.createDirectory(path)
    }

    deinit { _ = try? shell("rm -rf \(path)") }

    /// Runs a shell command in the directory; its output is the failure's text.
    @discardableResult
    func run(_ command: String) throws -> String {
        try shell("cd \(path) && \(command)")
    }

    func read(_ name: String) throws -> [UInt8] { try FileStore.read("\(path)/\(name)") }
}

private let starting = Mutex(())

/// Runs a command of the machine's shell and returns what it prints.
@discardableResult
func shell(_ command: String) throws -> String {
    let stream = starting.withLock { _ in popen("exec 2>&1; \(command)", "re") }
    guard let stream else { throw Fault(.failed, "no shell") }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = fread(&chunk, 1, chunk.count, stream)
        guard count > 0 else { break }
        text += chunk[0..<count]
    }
    let output = String(decoding: text, as: UTF8.self)
    guard pclose(stream) == 0 else { throw Fault(.failed, "\(command): \(output)") }
    return output
}
