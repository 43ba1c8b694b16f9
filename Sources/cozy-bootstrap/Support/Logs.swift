import Bootstrap
import Core
import Glibc
import Logging

/// Structured lines on standard error for `serve`, or in a file beside the state for `init`.
struct LineLogHandler: LogHandler {
    let label: String
    let descriptor: Int32
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
            .map { " \($0.key)=\(quoted($0.value.description))" }.joined()
        let line = "\(SystemWallClock().now) \(event.level) \(label): \(event.message)\(fields)\n"
        _ = Array(line.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    private func quoted(_ value: String) -> String {
        value.contains(" ") ? "\"\(value.replacing("\"", with: "'"))\"" : value
    }
}

/// Where the log of a command goes.
enum Logs {
    /// `run.log` in the cluster's state directory, appended to.
    static func file(_ directory: StateDirectory) throws -> Logger {
        try directory.create()
        let path = "\(directory.path)/run.log"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Fault(.failed, "cannot open the log", at: path, why: String(cString: strerror(errno)))
        }
        return Logger(label: "cozy-bootstrap") { LineLogHandler(label: $0, descriptor: descriptor) }
    }

    static func standardError() -> Logger {
        Logger(label: "cozy-bootstrap") { LineLogHandler(label: $0, descriptor: STDERR_FILENO) }
    }
}
