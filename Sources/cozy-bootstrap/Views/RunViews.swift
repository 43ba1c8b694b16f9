import Bootstrap
import Core
import Daemon

/// Which view of a run fits an output.
enum RunViews {
    static func view(for output: OutputFormat) -> any RunView {
        switch output {
        case .json: JSONView()
        case .text: Terminal.isInteractive ? TerminalView() : PlainView()
        }
    }

    static func print(_ status: RunStatus, output: OutputFormat) {
        switch output {
        case .json: Terminal.line(StatusJSON.text(status))
        case .text: StatusText(status: status).lines.forEach(Terminal.line)
        }
    }

    /// What the operator wants to know when a run has ended well.
    static func summary(_ result: RunResult, directory: StateDirectory, output: OutputFormat) {
        guard output == .text else { return }
        let status = result.status
        let ready = status.nodes.filter { $0.state == "ready" }.count
        Terminal.line("")
        Terminal.line(result.acts == 0 ? "Nothing had to be changed." : "The cluster is up.")
        Terminal.line("  \(ready) of \(status.nodes.count) nodes Ready, \(StatusText(status: status).counts)")
        Terminal.line("  etcd bootstrapped \(result.etcdBootstraps == 1 ? "once" : "\(result.etcdBootstraps) times")")
        Terminal.line("  kubeconfig: \(directory.kubeconfig)")
    }
}
