import Core

/// The lab's Kubernetes API as a cluster's nodes bring it up.
struct KubernetesFront: ClusterAPI {
    let api: LabKubernetes

    func serve(
        address: String, port: Int, certificatePEM: String, keyPEM: String, clientCAPEM: String, node: String
    ) async throws {
        try await api.serve(
            address: address, port: port, certificatePEM: certificatePEM, keyPEM: keyPEM, clientCAPEM: clientCAPEM,
            node: node)
    }
}
