import ArgumentParser

@main
struct CozyBootstrap: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cozy-bootstrap")
}
