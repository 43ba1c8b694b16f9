import ArgumentParser
import Bootstrap
import Core

struct KubeconfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubeconfig",
        abstract: "Print the cluster's kubeconfig.",
        discussion: "Example: cozy-bootstrap kubeconfig > ~/.kube/config")

    @OptionGroup var cluster: ClusterOptions

    func run() async throws {
        Terminal.raw(try ClientFile.read(cluster.directory().kubeconfig))
    }
}

struct TalosconfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "talosconfig",
        abstract: "Print the cluster's talosconfig.",
        discussion: "Example: cozy-bootstrap talosconfig > ~/.talos/config")

    @OptionGroup var cluster: ClusterOptions

    func run() async throws {
        Terminal.raw(try ClientFile.read(cluster.directory().talosconfig))
    }
}

private enum ClientFile {
    static func read(_ path: String) throws -> String {
        guard FileStore.exists(path) else {
            throw Fault(
                .notFound, "it has not been written yet", at: path,
                next: "see how far the run is: cozy-bootstrap status")
        }
        return try FileStore.readText(path)
    }
}
