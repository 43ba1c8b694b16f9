package import Core
import PKI
import YAML

/// The file that talosctl finds its nodes and its identity in.
package enum Talosconfig {
    /// - Parameters:
    ///   - context: the name of the only, and current, context.
    ///   - endpoints: control planes, without the VIP: it is gone when etcd is.
    ///   - nodes: the nodes that a command without `-n` talks to; may be empty.
    package static func yaml(
        context: String, endpoints: [String], nodes: [String], secrets: SecretsBundle, clock: any WallClock
    ) throws(Fault) -> String {
        let identity = try secrets.talosClient(clock: clock)
        return YAML.emit(
            .mapping([
                ("context", .string(context)),
                (
                    "contexts",
                    .mapping([
                        (
                            context,
                            .mapping([
                                ("endpoints", .strings(endpoints)), ("nodes", nodes.isEmpty ? nil : .strings(nodes)),
                                ("ca", .base64(secrets.talosCA.certificate.pem)),
                                ("crt", .base64(identity.certificate.pem)), ("key", .base64(identity.key.pem)),
                            ])
                        )
                    ])
                ),
            ]), layout: .talos)
    }
}
