import Core
import PKI
import YAML

/// What `talosctl gen config` writes for one role.
struct PlainConfig {
    let role: NodeRole
    let cluster: ClusterConfigInput
    let installDisk: InstallDisk?
    let secrets: SecretsBundle

    var documents: [Node] {
        let main: Node = .mapping([
            ("version", "v1alpha1"), ("debug", false), ("persist", true), ("machine", machine),
            ("cluster", clusterPart),
        ])
        let mirrors = cluster.registryMirrors.map(Self.registryMirror)
        return [main] + mirrors + [
            .mapping([("apiVersion", "v1alpha1"), ("kind", "HostnameConfig"), ("auto", "stable")])
        ]
    }

    static func registryMirror(_ mirror: ClusterConfigInput.RegistryMirror) -> Node {
        .mapping([
            ("apiVersion", "v1alpha1"), ("kind", "RegistryMirrorConfig"), ("name", .string(mirror.host)),
            ("endpoints", .sequence(mirror.endpoints.map { .mapping([("url", .string($0))]) })),
        ])
    }

    private var isControlPlane: Bool { role == .controlPlane }

    private var kubernetesTag: String {
        cluster.kubernetesVersion.hasPrefix("v") ? cluster.kubernetesVersion : "v" + cluster.kubernetesVersion
    }

    private var machine: Node {
        .mapping([
            ("type", .string(role.talosType)), ("token", .string(secrets.trustdToken.revealed)),
            ("ca", authority(secrets.talosCA)), ("certSANs", .strings(cluster.certSANs)),
            (
                "kubelet",
                .mapping([
                    ("image", .string("ghcr.io/siderolabs/kubelet:\(kubernetesTag)")),
                    ("defaultRuntimeSeccompProfileEnabled", true), ("disableManifestsDirectory", true),
                ])
            ),
            ("network", cluster.contract <= .v112 ? .mapping([]) : nil), ("install", install),
            (
                "features",
                .mapping([
                    ("diskQuotaSupport", true), ("kubePrism", .mapping([("enabled", true), ("port", 7445)])),
                    ("hostDNS", .mapping([("enabled", true), ("forwardKubeDNSToHost", true)])),
                ])
            ),
            ("nodeLabels", isControlPlane ? ["node.kubernetes.io/exclude-from-external-load-balancers": ""] : nil),
        ])
    }

    /// Talos refuses extra kernel arguments together with the command line of the unified kernel image.
    private var install: Node {
        let arguments = cluster.extraKernelArguments
        return .mapping([
            installDisk?.entry ?? ("disk", nil),
            ("extraKernelArgs", arguments.isEmpty ? nil : .strings(arguments)),
            ("image", cluster.installerImage.map(Node.string)), ("wipe", false),
            ("grubUseUKICmdline", arguments.isEmpty ? true : nil),
        ])
    }

    private var clusterPart: Node {
        let common: [(String, Node?)] = [
            ("id", .string(secrets.clusterID)), ("secret", .string(secrets.clusterSecret.revealed)),
            ("controlPlane", .mapping([("endpoint", .string(cluster.endpoint))])),
            ("clusterName", .string(cluster.clusterName)), ("network", network),
            ("token", .string(secrets.bootstrapToken.revealed)),
        ]
        return .mapping(
            common + (isControlPlane ? controlPlane : [("ca", authority(secrets.kubernetesCA))]) + discovery)
    }

    private var network: Node {
        let isIPv6 = cluster.endpoint.hasPrefix("https://[")
        let pods = cluster.podSubnets?.map(\.description) ?? [isIPv6 ? "fc00:db8:10::/56" : "10.244.0.0/16"]
        let services = cluster.serviceSubnets?.map(\.description) ?? [isIPv6 ? "fc00:db8:20::/112" : "10.96.0.0/12"]
        return .mapping([
            ("dnsDomain", .string(cluster.dnsDomain ?? "cluster.local")), ("podSubnets", .strings(pods)),
            ("serviceSubnets", .strings(services)),
        ])
    }

    private var controlPlane: [(String, Node?)] {
        [
            ("aescbcEncryptionSecret", secrets.aescbcSecret.map { .string($0.revealed) }),
            ("secretboxEncryptionSecret", secrets.secretboxSecret.map { .string($0.revealed) }),
            ("ca", authority(secrets.kubernetesCA)), ("aggregatorCA", authority(secrets.aggregatorCA)),
            ("serviceAccount", .mapping([("key", .base64(secrets.serviceAccountKey.pem))])), ("apiServer", apiServer),
            ("controllerManager", image("kube-controller-manager")), ("proxy", image("kube-proxy")),
            ("scheduler", image("kube-scheduler")),
        ]
    }

    private var discovery: [(String, Node?)] {
        let registries: Node = .mapping([("kubernetes", .mapping([("disabled", true)])), ("service", .mapping([]))])
        return [
            ("discovery", .mapping([("enabled", true), ("registries", registries)])),
            ("etcd", isControlPlane ? .mapping([("ca", authority(secrets.etcdCA))]) : nil),
        ]
    }

    private var apiServer: Node {
        .mapping([
            ("image", .string("registry.k8s.io/kube-apiserver:\(kubernetesTag)")),
            ("certSANs", cluster.certSANs.isEmpty ? nil : .strings(cluster.certSANs)),
            ("admissionControl", [["name": "PodSecurity", "configuration": Self.podSecurity]]),
            (
                "auditPolicy",
                ["apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [["level": "Metadata"]]]
            ),
        ])
    }

    private static let podSecurity: Node = [
        "apiVersion": "pod-security.admission.config.k8s.io/v1alpha1",
        "defaults": [
            "audit": "restricted", "audit-version": "latest", "enforce": "baseline", "enforce-version": "latest",
            "warn": "restricted", "warn-version": "latest",
        ],
        "exemptions": ["namespaces": ["kube-system"], "runtimeClasses": [], "usernames": []],
        "kind": "PodSecurityConfiguration",
    ]

    private func image(_ name: String) -> Node {
        .mapping([("image", .string("registry.k8s.io/\(name):\(kubernetesTag)"))])
    }

    /// Certificate and key; workers get the certificate and an empty key.
    private func authority(_ authority: CertificateAuthority) -> Node {
        .mapping([
            ("crt", .base64(authority.certificate.pem)), ("key", isControlPlane ? .base64(authority.key.pem) : ""),
        ])
    }
}
