package import Core
import TalosMessages

extension TalosClient {
    /// Makes this node the first member of a new etcd cluster. It returns before etcd is up.
    ///
    /// Nothing in Talos keeps two nodes from being bootstrapped into two clusters: who calls this has proof that no
    /// other node has been asked.
    ///
    /// - Parameter recover: starts from the snapshot uploaded before.
    /// - Throws: ``Fault`` `conflict` when etcd has data here already, `refused` when the node is not ready for it,
    ///   `unreachable` or `timeout` when nothing is known: look at the members before anything else.
    package func bootstrap(recover: Bool = false, deadline: Duration = .seconds(15)) async throws(Fault) {
        let method = TalosMethod.machine("Bootstrap")
        var request = Machine_BootstrapRequest()
        request.recoverEtcd = recover
        let response: Machine_BootstrapResponse = try await unary(method, request, deadline: deadline, once: true)
        _ = try single(response.messages, \.metadata, method)
    }
}
