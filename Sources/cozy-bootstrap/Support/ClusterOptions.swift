import ArgumentParser
import Bootstrap
import Core

/// The options that name a cluster whose state exists on this host.
struct ClusterOptions: ParsableArguments {
    @Option(name: .long, help: "The directory with the cluster's state.")
    var stateDir: String?

    @Option(name: .long, help: "The cluster's name, where several are known to this host.")
    var cluster: String?

    /// The directory of the named cluster, or of the only one there is.
    func directory() throws -> StateDirectory {
        if let stateDir { return try existing(stateDir) }
        if let cluster { return try existing("\(StateDirectory.home)/\(cluster)") }
        let known = StateDirectory.known()
        switch known.count {
        case 1: return StateDirectory(path: "\(StateDirectory.home)/\(known[0])")
        case 0:
            throw Fault(
                .notFound, "no cluster is known to this host", at: StateDirectory.home,
                next: "build one with 'cozy-bootstrap init', or name its state with --state-dir")
        default:
            throw Fault(
                .usage, "several clusters are known to this host: \(known.joined(separator: ", "))",
                next: "name one with --cluster")
        }
    }

    private func existing(_ path: String) throws -> StateDirectory {
        let directory = StateDirectory(path: path)
        guard FileStore.exists(directory.database) else {
            throw Fault(.notFound, "there is no cluster's state", at: path)
        }
        return directory
    }
}
