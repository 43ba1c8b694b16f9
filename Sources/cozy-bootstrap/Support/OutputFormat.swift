import ArgumentParser

/// How a command prints: for people, or as JSON for programs.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text
    case json
}

/// The option `-o`.
struct OutputOptions: ParsableArguments {
    @Option(name: [.short, .long], help: "How to print: text or json.")
    var output = OutputFormat.text
}
