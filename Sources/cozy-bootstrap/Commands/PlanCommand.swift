import ArgumentParser
import Core
import Embedded
import FoundationEssentials
import Inventory
import Packages

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what init would do with a spec, without doing any of it.",
        discussion: "Example: cozy-bootstrap plan isp-full -f cluster.yaml")

    @Argument(help: "The Cozystack variant, for example isp-full.")
    var variant: String

    @Option(name: [.short, .long], help: "The cluster's spec.")
    var file: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let release = try Release.load(Release.latest, embedded: Embedded(overrides: Paths.configuration))
        if let refusal = release.refusal(variant) { throw refusal }
        let plan = try Plan.make(try SpecFile.load(file, variant: variant), release: release)
        switch output.output {
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            Terminal.line(String(decoding: try encoder.encode(plan), as: UTF8.self))
        case .text:
            try PlanText(plan: plan, release: release).lines.forEach(Terminal.line)
        }
    }
}
