import Core
import YAML

/// What Talos would refuse, or what would keep a node from ever coming up, found before the config leaves us.
struct MachineConfigRules {
    let documents: [Node]
    let node: String

    /// - Throws: ``Fault`` `usage` that names all broken rules.
    func check() throws(Fault) {
        let broken = broken
        guard let first = broken.first else { return }
        let why = broken.count == 1 ? first : broken.map { "* \($0)" }.joined(separator: "\n")
        throw Fault(.usage, "the machine config of node \(node) would not work", why: why)
    }

    var broken: [String] {
        guard let main = documents.first(where: { $0["kind"] == nil }) else { return ["config not found"] }
        guard let machine = main["machine"] else { return ["machine instructions are required"] }
        guard let cluster = main["cluster"] else { return ["cluster instructions are required"] }
        return duplicates + general(main, machine, cluster) + install(machine) + role(machine, cluster)
            + network(machine) + files(machine) + manifests(cluster)
    }

    private var duplicates: [String] {
        var seen: Set<DocumentID> = []
        return documents.compactMap { document in
            guard let identifier = try? DocumentID(document, file: node) else { return "missing kind or apiVersion" }
            return seen.insert(identifier).inserted ? nil : "duplicate document \(identifier)"
        }
    }

    private func general(_ main: Node, _ machine: Node, _ cluster: Node) -> [String] {
        var broken: [String] = []
        if main["persist"]?.bool == false { broken.append(".persist should be enabled") }
        let endpoint = cluster[["controlPlane", "endpoint"]]?.text ?? ""
        if !endpoint.hasPrefix("https://") || endpoint.utf8.count <= 8 {
            broken.append("cluster.controlPlane.endpoint \"\(endpoint)\" is no https URL")
        }
        for (path, text) in [
            ("cluster.network.dnsDomain", cluster[["network", "dnsDomain"]]?.text),
            ("cluster.clusterName", cluster["clusterName"]?.text),
        ] where !DomainName.isValid(text ?? "") {
            broken.append("\(path) \"\(text ?? "")\" is no DNS-1123 subdomain")
        }
        let name = cluster[["network", "cni", "name"]]?.text ?? "flannel"
        if !["flannel", "custom", "none"].contains(name) {
            broken.append("cni name should be one of [\"flannel\",\"custom\",\"none\"], not \"\(name)\"")
        }
        if machine[["features", "hostDNS", "forwardKubeDNSToHost"]]?.bool == true,
            machine[["features", "hostDNS", "enabled"]]?.bool != true
        {
            broken.append("feature hostDNS should be enabled for forwardKubeDNSToHost to be enabled")
        }
        if let hostname = documents.first(where: { $0["kind"]?.text == "HostnameConfig" })?["hostname"]?.text,
            !DomainName.isValid(hostname)
        {
            broken.append("the hostname \"\(hostname)\" is no DNS-1123 subdomain")
        }
        return broken
    }

    private func install(_ machine: Node) -> [String] {
        guard let install = machine["install"] else { return [] }
        var broken: [String] = []
        let selector = install["diskSelector"]?.mapping ?? []
        if (install["disk"]?.text ?? "").isEmpty, selector.isEmpty {
            broken.append("either install disk or diskSelector should be defined")
        }
        for pair in selector where !InstallDisk.selectorKeys.contains(pair.key.text ?? "") {
            broken.append("machine.install.diskSelector does not know \"\(pair.key.text ?? "")\"")
        }
        if install["extraKernelArgs"]?.sequence?.isEmpty == false, install["grubUseUKICmdline"]?.bool == true {
            broken.append("install.extraKernelArgs and install.grubUseUKICmdline can't be used together")
        }
        return broken
    }

    private func role(_ machine: Node, _ cluster: Node) -> [String] {
        let type = machine["type"]?.text ?? ""
        guard let role = NodeRole(talosType: type) else { return ["unknown machine type \"\(type)\""] }
        let keys = [("machine.ca", machine[["ca", "key"]]), ("cluster.ca", cluster[["ca", "key"]])]
        let present = keys.filter { $0.1?.text?.isEmpty == false }.map(\.0)
        switch role {
        case .controlPlane:
            return present.contains("machine.ca") ? [] : ["machine.ca with its key is required on control planes"]
        case .worker:
            var broken = present.map { "issuing CA key is not allowed on non-controlplane nodes (\($0))" }
            if machine[["ca", "crt"]]?.text?.isEmpty != false { broken.append("machine.ca is required on workers") }
            if cluster["etcd"] != nil { broken.append("etcd section is only allowed on control planes") }
            return broken
        }
    }

    private func network(_ machine: Node) -> [String] {
        var broken: [String] = []
        var seen: Set<Node> = []
        for interface in machine[["network", "interfaces"]]?.sequence ?? [] {
            guard let name = interface["interface"] ?? interface["deviceSelector"] else {
                broken.append("an interface has neither a name nor a deviceSelector")
                continue
            }
            if !seen.insert(name).inserted {
                broken.append("two interfaces are the same: \(name.text ?? "deviceSelector")")
            }
            if interface["vip"] != nil, machine["type"]?.text == NodeRole.worker.talosType {
                broken.append("virtual (shared) IP is not allowed on non-controlplane nodes")
            }
        }
        return broken
    }

    /// A wrong `op` sends the node into a reboot loop, and all that is seen is a bootstrap that is not available yet.
    private func files(_ machine: Node) -> [String] {
        var broken: [String] = []
        for file in machine["files"]?.sequence ?? [] {
            let (path, operation) = (file["path"]?.text ?? "", file["op"]?.text ?? "")
            if !["create", "append", "overwrite"].contains(operation) {
                broken.append("machine.files \(path): unknown operation \"\(operation)\"")
            }
            let isAllowed = path.hasPrefix("/var/") || path == "/etc/cri/conf.d/20-customization.part"
            if operation == "create", !isAllowed {
                broken.append("machine.files \(path): op create is not allowed outside /var, use overwrite")
            }
        }
        return broken
    }

    private func manifests(_ cluster: Node) -> [String] {
        var seen: Set<String> = []
        return (cluster["inlineManifests"]?.sequence ?? []).compactMap { manifest in
            let name = manifest["name"]?.text ?? ""
            return seen.insert(name).inserted ? nil : "duplicate inline manifest \"\(name)\""
        }
    }
}

/// DNS names as Kubernetes wants them (RFC 1123, lower case).
enum DomainName {
    static func isValid(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return 1...253 ~= text.utf8.count
            && labels.allSatisfy { label in
                1...63 ~= label.utf8.count && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { $0 == 0x2D || 0x30...0x39 ~= $0 || 0x61...0x7A ~= $0 }
            }
    }
}
