import ArgumentParser
import Packages

struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version, and the Cozystack release that it installs.")

    func run() async throws {
        Terminal.line("cozy-bootstrap \(CozyBootstrap.version), Cozystack \(Release.latest)")
    }
}
