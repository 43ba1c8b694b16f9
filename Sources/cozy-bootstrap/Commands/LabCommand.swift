import ArgumentParser
import Bootstrap
import Core
import FoundationEssentials
import Lab

struct LabCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab",
        abstract: "The built-in datacenter: simulated nodes, Kubernetes API and Flux on loopback addresses.",
        discussion: "Example: cozy-bootstrap lab up --nodes 5",
        subcommands: [Up.self, Down.self, Status.self, Spec.self, Run.self])

    /// Where a lab lives.
    struct Place: ParsableArguments {
        @Option(help: "The directory with the state of the lab's cluster.")
        var stateDir: String?

        var process: LabProcess {
            LabProcess(directory: "\(stateDir ?? "\(StateDirectory.home)/\(LabSpec.clusterName)")/datacenter")
        }
    }

    struct Up: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Start the lab and leave it running.")

        @OptionGroup var place: Place

        @Option(help: "How many nodes it has.")
        var nodes = 3

        func run() async throws {
            if let running = try await place.process.running() {
                throw Fault(
                    .refused, "a lab runs already", why: "process \(running.pid), \(running.nodes.count) nodes",
                    next: "stop it first: cozy-bootstrap lab down")
            }
            let description = try await place.process.start(nodes: nodes)
            Terminal.line("the lab runs: \(description.nodes.count) nodes in \(description.subnet)")
        }
    }

    struct Down: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Stop the lab. Its machines are gone then.")

        @OptionGroup var place: Place

        func run() async throws {
            Terminal.line(try await place.process.stop() ? "the lab is stopped" : "no lab runs")
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the lab that runs.")

        @OptionGroup var place: Place
        @OptionGroup var output: OutputOptions

        func run() async throws {
            guard let description = try await place.process.running() else {
                throw Fault(.notFound, "no lab runs", next: "start one: cozy-bootstrap lab up")
            }
            switch output.output {
            case .json:
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                Terminal.line(String(decoding: try encoder.encode(description), as: UTF8.self))
            case .text:
                Terminal.line("process \(description.pid), \(description.subnet)")
                for node in description.nodes {
                    Terminal.line("  \(node.name)  \(node.role)  \(node.address)  \(node.mac)")
                }
            }
        }
    }

    struct Spec: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the spec of a cluster of the lab's machines, to change and to use with init --lab -f.",
            discussion: "Example: cozy-bootstrap lab spec isp-full > cluster.yaml")

        @Argument(help: "The Cozystack variant, for example isp-full.")
        var variant: String

        @OptionGroup var place: Place

        func run() async throws {
            guard let description = try await place.process.running() else {
                throw Fault(.notFound, "no lab runs", next: "start one: cozy-bootstrap lab up")
            }
            Terminal.raw(LabSpec.yaml(description, variant: variant))
        }
    }

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Be the lab, in the foreground.", shouldDisplay: false)

        @Option var directory: String
        @Option var nodes = 3

        func run() async throws {
            try FileStore.createDirectory(directory)
            let lock = try RunLock(path: "\(directory)/lock")
            defer { withExtendedLifetime(lock) {} }
            let lab = Lab(LabConfiguration(directory: directory, nodes: nodes))
            do {
                try await Signals.cancelling { try await lab.run { _ in } }
            } catch is CancellationError {}
        }
    }
}
