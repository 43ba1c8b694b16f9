import ArgumentParser
import Core
import Inventory

struct SpecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spec",
        abstract: "Check and explain cluster.yaml.",
        discussion: "Example: cozy-bootstrap spec example > cluster.yaml",
        subcommands: [Validate.self, Example.self, Schema.self])

    struct Validate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a spec and print every fault in it.",
            discussion: "Example: cozy-bootstrap spec validate -f cluster.yaml")

        @Option(name: [.short, .long], help: "The cluster's spec.")
        var file: String

        func run() async throws {
            let spec = try SpecFile.load(file, variant: nil)
            Terminal.line("\(file) is valid: \(spec.nodes.count) nodes")
        }
    }

    struct Example: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print a commented spec to start from.")

        func run() async throws {
            Terminal.raw(ClusterSpec.exampleYAML)
        }
    }

    struct Schema: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the JSON Schema (2020-12) of the spec, for editors.")

        func run() async throws {
            Terminal.line(ClusterSpec.jsonSchema.prettyPrinted())
        }
    }
}
