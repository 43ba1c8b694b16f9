import Core
package import Kubernetes

/// What the operator makes of the manifest of Flux before it applies it.
package enum FluxObjects {
    package static let namespace = "cozy-fluxcd"
    /// The name of the Deployment and of the Service.
    package static let name = "flux"

    /// The manifest's objects, and the Service that stands in a file of its own upstream.
    ///
    /// - Parameter apiServer: what workloads on the host's network are told to reach the API server at; on Talos that is
    ///   KubePrism, `localhost:7445`, which works before there is a pod network. nil leaves the workloads as they are.
    package static func prepared(
        _ manifest: [KubernetesObject], apiServer: (host: String, port: Int)? = ("localhost", 7445)
    ) -> [KubernetesObject] {
        let objects = manifest.map { object in
            guard let apiServer, ["Deployment", "StatefulSet", "DaemonSet"].contains(object.kind),
                object["spec", "template", "spec", "hostNetwork"]?.bool == true
            else { return object }
            var object = object
            for field in ["initContainers", "containers"] {
                guard let containers = object["spec", "template", "spec", field]?.array else { continue }
                object["spec", "template", "spec", field] = .array(containers.map { withAPIServer($0, apiServer) })
            }
            return object
        }
        return objects + [service]
    }

    /// The way to the source-controller's files inside the cluster.
    private static var service: KubernetesObject {
        KubernetesObject(
            .service, name: name, namespace: namespace,
            labels: ["app.kubernetes.io/name": "flux", "app.kubernetes.io/part-of": "flux"],
            fields: [
                "spec": [
                    "type": "ClusterIP", "selector": ["app.kubernetes.io/name": "flux"],
                    "ports": [["name": "http", "port": 80, "protocol": "TCP", "targetPort": "http-sc"]],
                ]
            ])
    }

    private static func withAPIServer(_ container: JSON, _ server: (host: String, port: Int)) -> JSON {
        var variables = container.elements("env")
        for (name, value) in [
            ("KUBERNETES_SERVICE_HOST", server.host), ("KUBERNETES_SERVICE_PORT", String(server.port)),
        ] {
            let variable: JSON = ["name": .string(name), "value": .string(value)]
            if let index = variables.firstIndex(where: { $0.text("name") == name }) {
                variables[index] = variable
            } else {
                variables.append(variable)
            }
        }
        var container = container
        container["env"] = .array(variables)
        return container
    }
}
