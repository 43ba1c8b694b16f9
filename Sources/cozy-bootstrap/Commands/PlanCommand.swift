import ArgumentParser
import Core
import Embedded
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
            var json = plan.json
            json["id"] = .string(plan.id)
            Terminal.line(json.prettyPrinted())
        case .text:
            try PlanText(plan: plan, release: release).lines.forEach(Terminal.line)
        }
    }
}
