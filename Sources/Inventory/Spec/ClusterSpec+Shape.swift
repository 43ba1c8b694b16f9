package import Core
import Packages
import YAML

extension ClusterSpec {
    package static let apiVersion = "bootstrap.cozystack.io/v1alpha1"
    package static let kind = "ManagementCluster"

    /// The JSON Schema (draft 2020-12) of `cluster.yaml`, for editors.
    package static var jsonSchema: JSON {
        var schema = shape.jsonSchema
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        schema["$id"] = "https://bootstrap.cozystack.io/v1alpha1/managementcluster.json"
        schema["title"] = "A Cozystack management cluster, for cozy-bootstrap"
        return schema
    }

    /// Everything that may stand in `cluster.yaml`.
    static let shape = Shape.object(
        ObjectShape([
            Field("apiVersion", .choice([apiVersion]), .required, "the version of this format"),
            Field("kind", .choice([kind]), .required, "the kind of this document"),
            Field("metadata", .object(metadata), .required, "the name of the cluster"),
            Field("spec", .object(body), .required, "what the cluster shall be"),
        ]))

    private static let metadata = ObjectShape([
        Field("name", .text(.label), .required, "the name of the cluster", aliases: ["clusterName"])
    ])

    private static let body = ObjectShape([
        Field("variant", .text(.label), .optional, "the platform variant; it may come from the command line instead"),
        Field(
            "release", .text(.version), .defaulted(.string(Release.latest)), "the release of Cozystack",
            aliases: ["version", "cozystackVersion"]),
        Field(
            "endpoint", .text(.endpoint), .optional, "the URL of the Kubernetes API; by default the VIP with port 6443"),
        Field(
            "vip", .text(.address), .optional, "the address that moves between the control planes",
            aliases: ["floatingIP", "virtualIP"]),
        Field("networks", .object(networks), .required, "the networks of the cluster", aliases: ["network"]),
        Field(
            "boot", .object(boot), .defaulted([:]), "how machines boot over the network", aliases: ["netboot", "pxe"]),
        Field("delivery", .object(delivery), .defaulted([:]), "how nodes get their machine config"),
        Field("nodes", .list(.object(node), minimum: 1), .required, "the nodes", aliases: ["machines", "hosts"]),
        Field(
            "source", .object(source), .defaulted([:]), "where the packages come from, if not from the release's place"),
        Field("mirrors", .object(mirrors), .defaulted([:]), "where files and images are fetched from instead"),
        Field("platform", .object(platform), .defaulted([:]), "the platform's settings"),
        Field("storage", .object(storage), .optional, "storage pools and classes"),
        Field("loadBalancer", .object(loadBalancer), .optional, "the addresses for services", aliases: ["metallb"]),
        Field("rootTenant", .object(rootTenant), .optional, "what the root tenant gets", aliases: ["tenant"]),
    ])

    private static let networks = ObjectShape([
        Field(
            "node",
            .object(
                ObjectShape([
                    Field("subnet", .text(.subnet), .required, "the subnet that the nodes stand in", aliases: ["cidr"]),
                    Field("gateway", .text(.address), .optional, "the nodes' default gateway"),
                ])), .required, "the network of the nodes", aliases: ["nodes"]),
        Field(
            "pod",
            .object(
                ObjectShape([
                    subnet("10.244.0.0/16", "the addresses of pods"),
                    Field(
                        "gateway", .text(.address), .optional,
                        "Kube-OVN's gateway; by default the subnet's first address"),
                ])), .defaulted([:]), "the network of pods", aliases: ["pods"]),
        Field(
            "service", .object(ObjectShape([subnet("10.96.0.0/16", "the addresses of services")])), .defaulted([:]),
            "the network of services", aliases: ["services"]),
        Field(
            "join", .object(ObjectShape([subnet("100.64.0.0/16", "Kube-OVN's addresses between nodes and pods")])),
            .defaulted([:]), "Kube-OVN's join network"),
        Field(
            "domain", .text(.domain), .defaulted("cozy.local"), "the DNS domain of the cluster",
            aliases: ["dnsDomain", "clusterDomain"]),
        Field("dns", .list(.text(.address)), .defaulted([]), "the nodes' DNS servers", aliases: ["nameservers"]),
        Field("ntp", .list(.text(.host)), .defaulted([]), "the nodes' time servers", aliases: ["timeServers", "time"]),
    ])

    private static func subnet(_ value: String, _ summary: String) -> Field {
        Field("subnet", .text(.subnet), .defaulted(.string(value)), summary, aliases: ["cidr"])
    }

    private static let port = Shape.integer(1...65535)

    private static let boot = ObjectShape([
        Field(
            "mode", .choice(["proxy", "dhcp", "off"], aliases: ["none": "off", "false": "off", "full": "dhcp"]),
            .defaulted("proxy"), "beside the site's DHCP server, as the DHCP server, or without DHCP"),
        Field("interface", .text(.interface), .optional, "the interface to serve on", aliases: ["nic"]),
        Field(
            "address", .text(.address), .optional, "the address of this host that machines fetch from", aliases: ["ip"]),
        Field("ranges", .list(.text(.range)), .defaulted([]), "the addresses for machines that are no nodes"),
        Field(
            "http",
            .object(ObjectShape([Field("listen", .text(.listen), .defaulted("0.0.0.0:8080"), "where HTTP is served")])),
            .defaulted([:]), "the HTTP server"),
        Field(
            "ports",
            .object(
                ObjectShape([
                    Field("dhcp", port, .defaulted(67), "the DHCP server's UDP port"),
                    Field("proxy", port, .defaulted(4011), "the boot server's UDP port"),
                    Field("tftp", port, .defaulted(69), "the TFTP server's UDP port"),
                ])), .defaulted([:]), "ports other than the usual ones"),
        Field("bootloaders", .text(.absolutePath), .defaulted("/usr/lib/ipxe"), "the directory with the iPXE binaries"),
        Field(
            "unknownMachines",
            .choice(["hold", "ignore"], aliases: ["wait": "hold", "deny": "ignore", "reject": "ignore"]),
            .defaulted("hold"), "what becomes of a machine that is no node"),
        Field(
            "kernelArguments", .list(.text(.kernelArgument)), .defaulted([]), "more arguments for Talos' kernel",
            aliases: ["kernelArgs", "args", "cmdline"]),
    ])

    private static let delivery = ObjectShape([
        Field(
            "method", .choice(["pull", "push"]), .defaulted("pull"),
            "fetched by the node with a one-time token, or applied over a pinned connection"),
        Field(
            "trust", .choice(["kernel-log", "first-use"], aliases: ["tofu": "first-use", "log": "kernel-log"]),
            .defaulted("kernel-log"), "which key of a maintenance API is believed"),
        Field("kernelLogPort", port, .defaulted(6050), "the TCP port that takes the nodes' kernel logs"),
    ])

    private static let source = ObjectShape([
        Field("url", .text(.ociURL), .optional, "the artifact with the packages"),
        Field("digest", .text(.digest), .optional, "the digest of the artifact; by default the release's"),
        Field("insecure", .boolean, .defaulted(false), "whether the registry speaks plain HTTP"),
    ])

    private static let mirrors = ObjectShape([
        Field(
            "files", .map(keys: .urlPrefix, values: .text(.httpURL)), .defaulted([:]),
            "the beginning of URLs, and what stands in its place"),
        Field(
            "registries", .map(keys: .registryHost, values: .list(.text(.httpURL), minimum: 1)), .defaulted([:]),
            "registries, and where images are fetched from instead"),
    ])

    private static let platform = ObjectShape([
        Field("values", .anyMapping, .defaulted([:]), "the values of the platform's Package")
    ])
}
