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
        var command: any ParsableCommand
        do {
            command = try parseAsRoot()
        } catch {
            Glibc.exit(reportParsing(error))
        }
        do {
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
        case is CancellationError:
            Terminal.error("interrupted; run the same command again to go on")
            return 4
        default:
            // Help for a command with subcommands comes here, too.
            guard exitCode(for: error) != .success else { return reportParsing(error) }
            Terminal.error("error: \(error)")
            return 4
        }
    }

    /// Prints what the argument parser has to say: help and version end well, the rest is wrong usage.
    private static func reportParsing(_ error: any Error) -> Int32 {
        let message = fullMessage(for: error)
        guard exitCode(for: error) != .success else {
            Terminal.line(message)
            return 0
        }
        Terminal.error(message)
        return 2
    }
}
