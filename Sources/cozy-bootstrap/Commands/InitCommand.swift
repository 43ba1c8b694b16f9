import ArgumentParser
import Bootstrap
import Core
import Daemon
import Embedded
import Inventory
import Lab
import Logging
import Packages

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Build a management cluster, or bring one up to its spec.",
        discussion: """
            Kill it at any moment and run it again: it goes on from where the world is. On a finished cluster it
            changes nothing.

            Example: cozy-bootstrap init isp-full -f cluster.yaml
            """)

    @Argument(help: "The Cozystack variant, for example isp-full.")
    var variant: String

    @Option(name: [.short, .long], help: "The cluster's spec; see 'cozy-bootstrap spec example'.")
    var file: String?

    @Flag(help: "Build it in the built-in lab instead of a datacenter.")
    var lab = false

    @Flag(help: "Leave the lab running afterwards.")
    var keep = false

    @Option(help: "How many nodes the lab has.")
    var nodes: Int?

    @Option(help: "The directory for the cluster's state.")
    var stateDir: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard lab || file != nil else { throw ValidationError("name the cluster's spec with -f, or use --lab") }
        guard lab || (!keep && nodes == nil) else { throw ValidationError("--keep and --nodes go with --lab") }
        guard nodes.map({ 1...250 ~= $0 }) ?? true else { throw ValidationError("--nodes takes 1 to 250") }
        guard !(nodes != nil && file != nil) else {
            throw ValidationError("with -f the spec says how many nodes there are")
        }
    }

    func run() async throws {
        // What can be refused is refused before a lab is started or a directory made.
        let embedded = Embedded(overrides: Paths.configuration)
        let release = try Release.load(Release.latest, embedded: embedded)
        if let refusal = release.refusal(variant) { throw refusal }
        let output = output.output
        try await Signals.cancelling {
            if lab {
                try await runInLab(release, embedded, output)
            } else {
                let spec = try SpecFile.load(file ?? "", variant: variant)
                try await run(spec, release, embedded, output)
            }
        }
    }

    private func runInLab(_ release: Release, _ embedded: Embedded, _ output: OutputFormat) async throws {
        let state = stateDir ?? "\(StateDirectory.home)/\(LabSpec.clusterName)"
        let process = LabProcess(directory: "\(state)/datacenter")
        var startedHere = false
        let lab: LabDescription
        if let running = try await process.running() {
            guard nodes == nil || nodes == running.nodes.count else {
                throw Fault(
                    .refused, "the lab that runs has \(running.nodes.count) nodes",
                    next: "stop it first: cozy-bootstrap lab down")
            }
            lab = running
        } else {
            try forgetFormerLab(state)
            lab = try await process.start(nodes: nodes ?? 3)
            startedHere = true
        }
        let outcome = await outcome {
            try await run(try labSpec(lab, embedded), release, embedded, output, state: state)
        }
        if startedHere, !keep { _ = try await process.stop() }
        try outcome.get()
    }

    /// Clears the state of a cluster whose lab, and with it its world, is gone.
    private func forgetFormerLab(_ state: String) throws {
        let directory = StateDirectory(path: state)
        guard FileStore.exists(directory.database) else { return }
        guard FileStore.exists("\(state)/datacenter") else {
            throw Fault(
                .refused, "this directory holds a cluster that is not in the lab", at: state,
                next: "name another --state-dir")
        }
        let lock = try RunLock(path: directory.lock)
        try directory.clear()
        withExtendedLifetime(lock) {}
    }

    /// The operator's spec of a cluster in the lab, or the lab's own.
    private func labSpec(_ lab: LabDescription, _ embedded: Embedded) throws -> ClusterSpec {
        if let file { return try SpecFile.load(file, variant: variant) }
        let text = LabSpec.yaml(lab, variant: variant)
        return try ClusterSpec.load(text, file: "the lab's spec", variant: variant, embedded: embedded).get()
    }

    private func run(
        _ spec: ClusterSpec, _ release: Release, _ embedded: Embedded, _ output: OutputFormat, state: String? = nil
    ) async throws {
        let plan = try Plan.make(spec, release: release)
        let directory = StateDirectory(path: state ?? stateDir ?? "\(StateDirectory.home)/\(plan.clusterName)")
        let log = try Logs.file(directory)
        let run = ClusterRun(plan: plan, release: release, directory: directory, embedded: embedded, log: log)
        let result = try await run.run { changes in
            var view = RunViews.view(for: output)
            for await status in changes { view.show(status) }
        }
        RunViews.summary(result, directory: directory, output: output)
    }

    private func outcome(_ body: () async throws -> Void) async -> Result<Void, any Error> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}
