import ArgumentParser
import Bootstrap
import Core
import Daemon

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how far a cluster is, and what is waited for.",
        discussion: "Example: cozy-bootstrap status -w")

    @OptionGroup var cluster: ClusterOptions

    @Flag(name: [.short, .long], help: "Go on showing it until the run is over.")
    var watch = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let file = StatusFile(try cluster.directory())
        var view = RunViews.view(for: output.output)
        var last: RunStatus?
        repeat {
            guard let status = try file.read() else {
                throw Fault(.notFound, "no run has been started for this cluster yet")
            }
            guard watch else {
                RunViews.print(status, output: output.output)
                return
            }
            if status != last { view.show(status) }
            last = status
            guard status.running else { return }
            try await Task.sleep(for: .milliseconds(250))
        } while !Task.isCancelled
    }
}
