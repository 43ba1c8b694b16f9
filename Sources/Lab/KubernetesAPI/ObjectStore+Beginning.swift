import Core

extension ObjectStore {
    /// Makes what every cluster has, the first time it is called.
    func bringUp() {
        guard collections["namespaces"]?.objects.isEmpty == true else { return }
        for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
            make(
                ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]], "namespaces",
                namespace: nil)
        }
        let spec: JSON = [
            "type": "ClusterIP", "clusterIP": "10.96.0.1", "clusterIPs": ["10.96.0.1"],
            "ports": [["name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443]],
        ]
        make(
            [
                "apiVersion": "v1", "kind": "Service", "spec": spec,
                "metadata": ["name": "kubernetes", "labels": ["component": "apiserver", "provider": "kubernetes"]],
            ], "services", namespace: "default")
    }

    private func make(_ object: JSON, _ plural: String, namespace: String?) {
        let address = ResourceAddress(group: "", version: "v1", plural: plural, namespace: namespace)
        _ = try? create(object, address, WriteOptions(manager: "kube-apiserver"))
    }
}
