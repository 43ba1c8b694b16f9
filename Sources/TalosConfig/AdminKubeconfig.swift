package import Core
import PKI
import YAML

/// The administrator's kubeconfig, made from the secrets alone: no node has to answer.
package enum AdminKubeconfig {
    /// Layout and names as Talos's own: user and context `admin@<cluster>`, namespace `default`.
    ///
    /// - Parameter endpoint: the URL of the Kubernetes API.
    package static func yaml(
        clusterName: String, endpoint: String, secrets: SecretsBundle, clock: any WallClock
    ) throws(Fault) -> String {
        let identity = try secrets.kubernetesAdmin(clock: clock)
        let user = "admin@\(clusterName)"
        let cluster: Node = .mapping([
            ("server", .string(endpoint)),
            ("certificate-authority-data", .base64(secrets.kubernetesCA.certificate.pem)),
        ])
        let credentials: Node = .mapping([
            ("client-certificate-data", .base64(identity.certificate.pem)),
            ("client-key-data", .base64(identity.key.pem)),
        ])
        let context: Node = .mapping([
            ("cluster", .string(clusterName)), ("namespace", "default"), ("user", .string(user)),
        ])
        return YAML.emit(
            .mapping([
                ("apiVersion", "v1"), ("kind", "Config"),
                ("clusters", [.mapping([("name", .string(clusterName)), ("cluster", cluster)])]),
                ("users", [.mapping([("name", .string(user)), ("user", credentials)])]),
                ("contexts", [.mapping([("context", context), ("name", .string(user))])]),
                ("current-context", .string(user)),
            ]))
    }
}
