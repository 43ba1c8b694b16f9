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
        for await status in changes {
            // A status that cannot be written is no reason to stop the run.
            try? write(status)
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Writes one status.
    package func write(_ status: RunStatus) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try FileStore.replace(directory.status, with: Array(try encoder.encode(status)))
    }

    /// The last status; nil when there was no run yet.
    package func read() throws -> RunStatus? {
        guard FileStore.exists(directory.status) else { return nil }
        var status = try JSONDecoder().decode(RunStatus.self, from: Data(try FileStore.read(directory.status)))
        status.running = RunLock.isHeld(path: directory.lock)
        return status
    }
}
