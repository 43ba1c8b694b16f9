import ArgumentParser
import Bootstrap
import Core
import Daemon
import Embedded
import Inventory
import Logging
import Packages

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve boot assets and machine configs, and keep the packages in order, until stopped.",
        discussion: "Example: cozy-bootstrap serve isp-full -f cluster.yaml")

    @Argument(help: "The Cozystack variant, for example isp-full.")
    var variant: String

    @Option(name: [.short, .long], help: "The cluster's spec.")
    var file: String

    @Option(help: "The directory for the cluster's state.")
    var stateDir: String?

    func run() async throws {
        let embedded = Embedded(overrides: Paths.configuration)
        let release = try Release.load(Release.latest, embedded: embedded)
        if let refusal = release.refusal(variant) { throw refusal }
        let plan = try Plan.make(try SpecFile.load(file, variant: variant), release: release)
        let directory = StateDirectory(path: stateDir ?? "\(StateDirectory.home)/\(plan.clusterName)")
        let run = ClusterRun(
            plan: plan, release: release, directory: directory, embedded: embedded, log: Logs.standardError())
        try await Signals.cancelling { try await run.serve() }
    }
}
