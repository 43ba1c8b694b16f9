package import Core

/// What all machine configs of a cluster have in common.
///
/// What is nil takes the generator's default: talosctl's in a plain config, Cozystack's in a Cozystack one.
package struct ClusterConfigInput: Sendable, Hashable {
    /// Where images of a registry are fetched from instead, in order.
    package struct RegistryMirror: Sendable, Hashable {
        /// The registry's host, for example `docker.io`.
        package var host: String
        /// URLs.
        package var endpoints: [String]

        package init(host: String, endpoints: [String]) {
            self.host = host
            self.endpoints = endpoints
        }
    }

    package var clusterName: String
    /// The URL of the Kubernetes API as nodes and operators reach it, for example `https://10.0.0.2:6443`.
    package var endpoint: String
    /// An address that control planes share; it exists only once etcd runs.
    package var vip: IPAddress?
    package var contract: TalosContract
    /// For example `1.33.12`; a leading `v` is allowed.
    package var kubernetesVersion: String
    /// `machine.install.image`; nil leaves the choice to Talos.
    package var installerImage: String?
    /// talosctl `cluster.local`, Cozystack `cozy.local`.
    package var dnsDomain: String?
    /// Both `10.244.0.0/16`.
    package var podSubnets: [CIDR]?
    /// talosctl `10.96.0.0/12`, Cozystack `10.96.0.0/16`.
    package var serviceSubnets: [CIDR]?
    /// The networks that kubelet and etcd take their addresses from.
    package var nodeSubnets: [CIDR]
    package var nameservers: [IPAddress]
    package var timeServers: [String]
    /// More names and addresses in the certificates of the Talos and the Kubernetes API.
    package var certSANs: [String]
    package var registryMirrors: [RegistryMirror]
    /// `machine.install.extraKernelArgs`: arguments of the installed system, not of the network boot.
    package var extraKernelArguments: [String]
    /// The issuer of OIDC tokens that the Kubernetes API accepts, `https://keycloak.<host>/realms/cozy`.
    package var oidcIssuer: String?
    /// `host:port` that gets events by plain gRPC.
    package var eventSink: String?
    /// `tcp://host:port/` or `udp://host:port/` that gets the kernel log as JSON lines.
    package var kernelLog: String?
    /// Shorter TCP keep-alive, Cozystack's opt-in for DRBD.
    package var tcpKeepaliveTuning: Bool
    /// `vm.nr_hugepages`.
    package var hugePages: Int?

    package init(
        clusterName: String, endpoint: String, vip: IPAddress? = nil, contract: TalosContract,
        kubernetesVersion: String, installerImage: String? = nil, dnsDomain: String? = nil, podSubnets: [CIDR]? = nil,
        serviceSubnets: [CIDR]? = nil, nodeSubnets: [CIDR] = [], nameservers: [IPAddress] = [],
        timeServers: [String] = [], certSANs: [String] = [], registryMirrors: [RegistryMirror] = [],
        extraKernelArguments: [String] = [], oidcIssuer: String? = nil, eventSink: String? = nil,
        kernelLog: String? = nil, tcpKeepaliveTuning: Bool = false, hugePages: Int? = nil
    ) {
        self.clusterName = clusterName
        self.endpoint = endpoint
        self.vip = vip
        self.contract = contract
        self.kubernetesVersion = kubernetesVersion
        self.installerImage = installerImage
        self.dnsDomain = dnsDomain
        self.podSubnets = podSubnets
        self.serviceSubnets = serviceSubnets
        self.nodeSubnets = nodeSubnets
        self.nameservers = nameservers
        self.timeServers = timeServers
        self.certSANs = certSANs
        self.registryMirrors = registryMirrors
        self.extraKernelArguments = extraKernelArguments
        self.oidcIssuer = oidcIssuer
        self.eventSink = eventSink
        self.kernelLog = kernelLog
        self.tcpKeepaliveTuning = tcpKeepaliveTuning
        self.hugePages = hugePages
    }
}
