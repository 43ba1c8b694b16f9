package import Bootstrap
import Core
import FoundationEssentials

/// The status of a cluster's last run, kept in its state directory for `status` and for other processes.
package struct StatusFile: Sendable {
    private let directory: StateDirectory

    package init(_ directory: StateDirectory) {
        self.directory = directory
    }

    /// Writes what comes, at most ten times a second.
    package func write(_ changes: AsyncStream<RunStatus>) async {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        for await status in changes {
            if let content = try? encoder.encode(status) {
                try? FileStore.replace(directory.status, with: Array(content))
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// The last status; nil when there was no run yet.
    package func read() throws -> RunStatus? {
        guard FileStore.exists(directory.status) else { return nil }
        var status = try JSONDecoder().decode(RunStatus.self, from: Data(try FileStore.read(directory.status)))
        status.running = RunLock.isHeld(path: directory.lock)
        return status
    }
}
