import PKI
import YAML

/// What Talos 1.13 checks on the node before it takes a complete configuration.
struct ConfigValidator: Sendable {
    let config: NodeConfig
    let hardware: NodeHardware
    /// The names of the machine's links as its kernel shows them.
    let links: [String]

    /// - Throws: ``ConfigRejection`` with every error that was found.
    func validate() throws(ConfigRejection) {
        guard config.isComplete else {
            // A partial configuration has no v1alpha1 document, or one with both halves missing is refused.
            if let legacy = config.legacy {
                let missing = ["machine", "cluster"].filter { legacy[$0]?.mapping == nil }
                throw .validation(missing.map { "\($0) instructions are required" })
            }
            return
        }
        let errors = machineErrors + clusterErrors + networkErrors + installErrors + authorityErrors
        guard errors.isEmpty else { throw .validation(errors) }
    }

    private var machineErrors: [String] {
        var errors: [String] = []
        if config.role == nil { errors.append("unknown machine type \"\(config.text("machine", "type") ?? "")\"") }
        if config.legacy?["persist"]?.bool == false { errors.append(".persist should be enabled") }
        if config.machineToken == nil { errors.append("trustd token is required (.machine.token)") }
        if config.flag("machine", "features", "hostDNS", "forwardKubeDNSToHost"),
            !config.flag("machine", "features", "hostDNS", "enabled")
        {
            errors.append("feature hostDNS forwardKubeDNSToHost requires hostDNS.enabled")
        }
        if let version = config.kubernetesVersion {
            let parts = version.drop { $0 == "v" }.split(separator: ".").prefix(2).compactMap { Int($0) }
            if parts.count != 2 || parts[0] != 1 || !(31...36 ~= parts[1]) {
                errors.append("version of Kubernetes \(version) is not supported by Talos 1.13 (1.31 to 1.36)")
            }
        }
        for file in config.legacy?[["machine", "files"]]?.sequence ?? [] {
            let path = file["path"]?.text ?? ""
            let customization = path == "/etc/cri/conf.d/20-customization.part"
            if file["op"]?.text == "create", !path.hasPrefix("/var/"), !customization {
                errors.append("create operation not allowed outside of /var: \"\(path)\"")
            }
        }
        return errors
    }

    private var clusterErrors: [String] {
        var errors: [String] = []
        if let endpoint = config.endpoint {
            if BootURL(endpoint)?.scheme != "https" { errors.append("invalid control plane endpoint \"\(endpoint)\"") }
        } else {
            errors.append("cluster controlplane endpoint is required")
        }
        if let cni = config.text("cluster", "network", "cni", "name"), !["flannel", "custom", "none"].contains(cni) {
            errors.append("cni name should be one of [custom,flannel,none]")
        }
        if config.role == .worker, config.legacy?[["cluster", "etcd"]]?.mapping?.isEmpty == false {
            errors.append("etcd config is only allowed on control plane machines")
        }
        let labels = config.dnsDomain.split(separator: ".", omittingEmptySubsequences: false)
        if !labels.allSatisfy({ (1...63 ~= $0.utf8.count) && $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" } }
        ) {
            errors.append("\"\(config.dnsDomain)\" is not a valid DNS name")
        }
        let names = (config.legacy?[["cluster", "inlineManifests"]]?.sequence ?? []).compactMap { $0["name"]?.text }
        for name in Set(names) where names.count(where: { $0 == name }) > 1 {
            errors.append("inline manifest name \"\(name)\" is duplicate")
        }
        return errors
    }

    private var networkErrors: [String] {
        var errors: [String] = []
        let interfaces = config.legacy?[["machine", "network", "interfaces"]]?.sequence ?? []
        if config.role == .worker, interfaces.contains(where: { $0["vip"]?.mapping != nil }) {
            errors.append("virtual (shared) IP is not allowed on non-controlplane nodes")
        }
        let names = interfaces.compactMap { $0["interface"]?.text }
        for name in Set(names) where names.count(where: { $0 == name }) > 1 {
            errors.append("interface \"\(name)\" is configured twice")
        }
        for host in config.documents(kind: "HostnameConfig")
        where host["hostname"]?.text != nil && host["auto"]?.text.map({ $0 != "off" }) == true {
            errors.append("static hostname cannot be set along with auto hostname")
        }
        return errors
    }

    private var installErrors: [String] {
        guard let install = config.legacy?[["machine", "install"]], install.mapping != nil else { return [] }
        var errors: [String] = []
        if install["extraKernelArgs"]?.sequence?.isEmpty == false, install["grubUseUKICmdline"]?.bool == true {
            errors.append("install.extraKernelArgs and install.grubUseUKICmdline can't be used together")
        }
        do throws(ConfigRejection) {
            _ = try InstallDisk.choose(config: config, disks: hardware.disks)
        } catch {
            errors.append(error.description)
        }
        return errors
    }

    private var authorityErrors: [String] {
        var errors: [String] = []
        let isWorker = config.role == .worker
        let pairs = [("machine.ca", config.osCA), ("cluster.ca", config.kubernetesCA)]
        for (name, pair) in pairs {
            guard let certificate = pair.certificate, (try? Certificate(pem: certificate)) != nil else {
                errors.append("trusted CA certificate is required (.\(name))")
                continue
            }
            if isWorker, pair.key != nil { errors.append("CA key is not allowed on non-controlplane nodes (.\(name))") }
            if !isWorker, pair.authority == nil {
                errors.append("issuing CA key is required on controlplane nodes, or does not fit (.\(name))")
            }
        }
        if !isWorker, config.etcdCA.authority == nil {
            errors.append("issuing CA is required for etcd (.cluster.etcd.ca)")
        }
        return errors
    }
}
