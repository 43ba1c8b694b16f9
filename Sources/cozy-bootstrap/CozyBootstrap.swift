import ArgumentParser
import Core
import Glibc

/// The command-line face: reads arguments, calls the rooms below, prints, and turns faults into exit codes.
@main
struct CozyBootstrap: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cozy-bootstrap",
        abstract: "Takes a rack of servers from powered-off metal to a running Cozystack management cluster.",
        discussion: """
            Example: cozy-bootstrap init isp-full -f cluster.yaml
            Try it without hardware: cozy-bootstrap init isp-full --lab

            Exit codes: 0 done, 2 wrong usage or input, 3 refused (nothing was changed), 4 failed.
            """,
        version: version,
        subcommands: [
            InitCommand.self, StatusCommand.self, PlanCommand.self, ServeCommand.self, SpecCommand.self,
            LabCommand.self, KubeconfigCommand.self, TalosconfigCommand.self, VersionCommand.self,
        ])

    static let version = "0.1.0"

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            Glibc.exit(report(error))
        }
    }

    /// Prints an error for a person and gives the exit code for it.
    private static func report(_ error: any Error) -> Int32 {
        switch error {
        case let fault as Fault:
            Terminal.error("error: \(fault)")
            return fault.exitCode
        case let faults as Faults:
            for fault in faults.all { Terminal.error("error: \(fault)") }
            return faults.all.map(\.exitCode).max() ?? 4
        default:
            // What is left comes from the argument parser: help and version end well, the rest is wrong usage.
            let message = fullMessage(for: error)
            guard exitCode(for: error) != .success else {
                Terminal.line(message)
                return 0
            }
            Terminal.error(message)
            return error is ExitCode ? exitCode(for: error).rawValue : 2
        }
    }
}
