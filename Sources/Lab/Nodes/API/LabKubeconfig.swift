import PKI
import YAML

/// The kubeconfig that a control plane hands to administrators.
struct LabKubeconfig: Sendable {
    let cluster: String
    let server: String
    let authority: String
    let identity: Identity

    var yaml: String {
        let user = "admin@\(cluster)"
        func encoded(_ pem: String) -> Node { .string(Base64.encode(Array(pem.utf8))) }
        return YAML.emit([
            "apiVersion": "v1", "kind": "Config",
            "clusters": [
                [
                    "name": .string(cluster),
                    "cluster": ["server": .string(server), "certificate-authority-data": encoded(authority)],
                ]
            ],
            "users": [
                [
                    "name": .string(user),
                    "user": [
                        "client-certificate-data": encoded(identity.certificate.pem),
                        "client-key-data": encoded(identity.key.pem),
                    ],
                ]
            ],
            "contexts": [
                [
                    "name": .string(user),
                    "context": ["cluster": .string(cluster), "namespace": "default", "user": .string(user)],
                ]
            ],
            "current-context": .string(user),
        ])
    }
}
