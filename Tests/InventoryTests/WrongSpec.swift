import Inventory
import Testing

/// A change to the example that makes it wrong, and what must be said about it.
struct WrongSpec: Sendable, CustomTestStringConvertible {
    var old: String
    var new: String
    /// `line:column` in the changed text.
    var place: String
    var what: String
    var next: String
    /// Whether the value alone is wrong, so that the JSON Schema refuses it as well.
    var isForm: Bool

    var text: String { ClusterSpec.exampleYAML.replacing(old, with: new, maxReplacements: 1) }
    var testDescription: String { "\(old) → \(new)" }

    static func form(_ old: String, _ new: String, _ place: String, _ what: String, _ next: String) -> WrongSpec {
        WrongSpec(old: old, new: new, place: place, what: what, next: next, isForm: true)
    }

    static func rule(_ old: String, _ new: String, _ place: String, _ what: String, _ next: String) -> WrongSpec {
        WrongSpec(old: old, new: new, place: place, what: what, next: next, isForm: false)
    }

    static let all = forms + rules

    private static let forms = [
        form(
            "v1alpha1", "v1", "2:13", "apiVersion is \"bootstrap.cozystack.io/v1\"",
            "did you mean bootstrap.cozystack.io/v1alpha1?"),
        form("kind: ManagementCluster", "kind: Cluster", "3:7", "kind is \"Cluster\"", ""),
        form("  name: cozy", "  nmae: cozy", "5:3", "unknown key \"nmae\" in metadata", "did you mean name?"),
        form("name: cozy", "name: My_Cluster", "5:9", "metadata.name is \"My_Cluster\"", "write my-cluster"),
        form(
            "variant: isp-full", "varaint: isp-full", "8:3", "unknown key \"varaint\" in spec", "did you mean variant?"),
        form("release: v1.6.2", "release: 1.6", "9:12", "spec.release is a number", "write \"1.6\" in quotes"),
        form(
            "https://10.0.0.10:6443", "10.0.0.10", "12:13", "spec.endpoint is \"10.0.0.10\"",
            "write https://10.0.0.10:6443"),
        form(
            "https://10.0.0.10:6443", "http://10.0.0.10:6443", "12:13", "spec.endpoint is",
            "write https://10.0.0.10:6443"),
        form(
            "https://10.0.0.10:6443", "https://10.0.0.10", "12:13", "spec.endpoint is", "write https://10.0.0.10:6443"),
        form("vip: 10.0.0.10", "vip: 10.0.0.10/24", "13:8", "spec.vip is \"10.0.0.10/24\"", "write 10.0.0.10"),
        form("vip: 10.0.0.10", "vip:", "13:7", "spec.vip has no value", "give it one, or remove the line"),
        form(
            "      gateway: 10.0.0.1\n", "      gatewy: 10.0.0.1\n", "18:7",
            "unknown key \"gatewy\" in spec.networks.node", "did you mean gateway?"),
        form(
            "    domain: cozy.local", "    mode: cozy.local", "27:5", "unknown key \"mode\" in spec.networks",
            "it belongs to spec.boot"),
        form(
            "    domain: cozy.local", "    bootloaders: x", "27:5", "unknown key \"bootloaders\" in spec.networks",
            "it belongs to spec.boot"),
        form("mode: dhcp", "mode: dchp", "34:11", "spec.boot.mode is \"dchp\"", "did you mean dhcp?"),
        form("mode: dhcp", "mode: none", "34:11", "spec.boot.mode is \"none\"", "did you mean off?"),
        form("dhcp: 67", "dhcp: 70000", "42:19", "spec.boot.ports.dhcp is 70000", ""),
        form("dhcp: 67", "dhcp: \"67\"", "42:19", "spec.boot.ports.dhcp is text", "write 67 without quotes"),
        form(
            "unknownMachines: hold", "unknownMachines: install", "45:22", "spec.boot.unknownMachines is \"install\"", ""
        ),
        form(
            "bootloaders: /usr", "bootloaders: usr", "43:18", "spec.boot.bootloaders is \"usr/lib/ipxe\"",
            "for example /etc"),
        form("method: pull", "method: poll", "51:13", "spec.delivery.method is \"poll\"", "did you mean pull?"),
        form("trust: kernel-log", "trust: TOFU", "52:12", "spec.delivery.trust is \"TOFU\"", "did you mean first-use?"),
        form(
            "role: control-plane", "role: master", "57:11", "spec.nodes[0].role is \"master\"",
            "did you mean control-plane?"),
        form(
            "role: control-plane", "role: controlPlane", "57:11", "spec.nodes[0].role is", "did you mean control-plane?"
        ),
        form(
            "mac: 52:54:00:aa:bb:01", "mac: 52:54:00:aa:bb", "60:12", "spec.nodes[0].match.mac is \"52:54:00:aa:bb\"",
            "for example 52:54"),
        form("-b4c04f4e4d32", "", "61:13", "spec.nodes[0].match.uuid is", "for example"),
        form(
            "serial: 7XK2V53", "serial: 123", "62:15", "spec.nodes[0].match.serial is a number",
            "write \"123\" in quotes"),
        form("    address: 10.0.0.11\n", "", "56:5", "spec.nodes[0].address is missing", "add address: 10.0.0.11"),
        form(
            "    address: 10.0.0.11", "    ip: 10.0.0.11", "63:5", "unknown key \"ip\" in spec.nodes[0]",
            "did you mean address?"),
        form(
            "disk: {serial: S5G9NX0T412345}", "disk: /dev/sda", "83:11", "spec.nodes[1].disk is text",
            "device names change"),
        form(
            "      wwid: naa.5000c500a0b1c2d3", "      wwid: naa.1\n      serial: X", "67:7",
            "spec.nodes[0].disk has wwid and serial", "remove all but one"),
        form(
            "disk: {serial: S5G9NX0T412345}", "disk: {}", "83:11", "spec.nodes[1].disk is empty", "device names change"),
        form("{mac: \"52:54:00:aa:bb:02\"}", "{}", "81:12", "spec.nodes[1].match is empty", "for example match:"),
        form(
            "passwordFile: /etc/cozy-bootstrap/bmc-node-1", "password: secret", "71:7", "unknown key \"password\"",
            "did you mean passwordFile?"),
        form(
            "topology.kubernetes.io/zone: rack-1", "zone: 1", "73:13", "spec.nodes[0].labels[\"zone\"] is a number",
            "write \"1\" in quotes"),
        form(
            "zone: rack-1", "zone: -x", "73:36", "spec.nodes[0].labels[\"topology.kubernetes.io/zone\"] is \"-x\"", ""),
        form("oci://registry", "registry", "92:10", "spec.source.url is", "write oci://registry.example.org/"),
        form(
            "digest: sha256:251626e8", "digest: 251626e8", "93:13", "spec.source.digest is",
            "write sha256:251626e80efad3e8"),
        form("insecure: false", "insecure: no", "94:15", "spec.source.insecure is text", "write false without quotes"),
        form(
            "docker.io: [https://mirror.gcr.io]", "docker.io: https://mirror.gcr.io", "101:18",
            "spec.mirrors.registries[\"docker.io\"] is text", "write [https://mirror.gcr.io]"),
        form("replicas: 3", "replicas: three", "118:15", "spec.storage.replicas is text", "for example 1"),
        form("ingress: true", "ingress: yes", "127:14", "spec.rootTenant.ingress is text", "write true without quotes"),
        form(
            "10.0.0.240-10.0.0.250", "10.0.0.240/28", "123:16", "spec.loadBalancer.pools[0].ranges[0] is",
            "for example 10.0.0.100-10.0.0.199"),
        form(
            "dns: [10.0.0.1, 1.1.1.1]", "dns: [10.0.0.1, \"::1\"]", "28:21", "spec.networks.dns[1] is \"::1\"",
            "for example 10.0.0.11"),
    ]

    private static let rules = [
        rule("variant: isp-full", "variant: isp-ful", "8:12", "unknown variant isp-ful", "did you mean isp-full?"),
        rule("variant: isp-full", "variant: distro-full", "8:12", "there is no variant distro-full", "take isp-full"),
        rule(
            "variant: isp-full", "variant: isp-hosted", "8:12",
            "variant isp-hosted of Cozystack v1.6.2 cannot become ready", "take isp-full"),
        rule("release: v1.6.2", "release: v1.6.3", "9:12", "unknown release v1.6.3", "did you mean v1.6.2?"),
        rule(
            "https://10.0.0.10:6443", "https://10.0.0.11:6443", "12:13", "spec.endpoint is https://10.0.0.11:6443",
            "write https://10.0.0.10:6443"),
        rule("vip: 10.0.0.10", "vip: 10.0.1.10", "13:8", "spec.vip is 10.0.1.10", "take for example 10.0.0."),
        rule("vip: 10.0.0.10", "vip: 10.0.0.255", "13:8", "spec.vip is 10.0.0.255", "take for example 10.0.0."),
        rule(
            "vip: 10.0.0.10", "vip: 10.0.0.11", "63:14", "spec.nodes[0].address is 10.0.0.11",
            "take for example 10.0.0."),
        rule(
            "subnet: 10.0.0.0/24", "subnet: 10.0.0.9/24", "17:15", "spec.networks.node.subnet is \"10.0.0.9/24\"",
            "write 10.0.0.0/24"),
        rule(
            "subnet: 10.96.0.0/16", "subnet: 10.244.128.0/17", "24:15",
            "spec.networks.service.subnet is 10.244.128.0/17",
            "set spec.networks.service.subnet to another block, for example 10.96.0.0/16"),
        rule(
            "gateway: 10.244.0.1", "gateway: 10.245.0.1", "22:16", "spec.networks.pod.gateway is 10.245.0.1",
            "write 10.244.0.1"),
        rule(
            "gateway: 10.0.0.1\n", "gateway: 10.0.0.0\n", "18:16", "spec.networks.node.gateway is 10.0.0.0",
            "take for example"),
        rule(
            "10.0.0.200-10.0.0.219", "10.0.0.5-10.0.0.219", "39:14", "spec.boot.ranges[0] is 10.0.0.5-10.0.0.219",
            "for example 10.0.0.14-10.0.0.219"),
        rule(
            "10.0.0.200-10.0.0.219", "10.0.0.219-10.0.0.200", "39:14", "spec.boot.ranges[0] is",
            "write 10.0.0.200-10.0.0.219"),
        rule(
            "10.0.0.200-10.0.0.219", "10.0.9.1-10.0.9.2", "39:14", "spec.boot.ranges[0] is",
            "take addresses of 10.0.0.0/24"),
        rule(
            "ports: {dhcp: 67, proxy: 4011", "ports: {dhcp: 67, proxy: 67", "42:30",
            "spec.boot.ports.proxy takes port 67", "take another port"),
        rule(
            "kernelLogPort: 6050", "kernelLogPort: 8080", "53:20", "spec.delivery.kernelLogPort takes port 8080",
            "take another port"),
        rule(
            "\"console=tty0\"", "\"talos.config=http://x\"", "46:23", "spec.boot.kernelArguments has talos.config",
            "remove it"),
        rule(
            "  - name: node-3\n    role: control-plane", "  - name: node-3\n    role: worker", "55:3",
            "spec.nodes has 2 control planes", "make it 1 or 3"),
        rule("name: node-2", "name: node-1", "79:11", "spec.nodes[1].name is node-1", "take for example node-2"),
        rule("aa:bb:02", "aa:bb:01", "81:18", "spec.nodes[1].match.mac is 52:54:00:aa:bb:01", "each node has its own"),
        rule(
            "address: 10.0.0.12", "address: 10.0.0.11", "82:14", "spec.nodes[1].address is 10.0.0.11",
            "take for example 10.0.0.14"),
        rule(
            "S5G9NX0T412346", "S5G9NX0T412345", "88:20", "spec.nodes[2].disk.serial is S5G9NX0T412345",
            "each node has its own"),
        rule(
            "disk: {serial: S5G9NX0T412345}", "disk: {selector: {type: ssd}}", "83:12",
            "spec.nodes[1].disk has a selector", "name the disk by wwid or serial"),
        rule(
            "wwid: naa.5000c500a0b1c2d3", "wwid: naa.5000*", "66:13", "spec.nodes[0].disk.wwid is \"naa.5000*\"",
            "write it in full"),
        rule(
            "4c4c4544-0042-3510-8053-b4c04f4e4d32", "00000000-0000-0000-0000-000000000000", "61:13",
            "spec.nodes[0].match.uuid is", "match by mac"),
        rule(
            "      sysctls:\n          vm.nr_hugepages: \"1024\"", "      install: {disk: /dev/sda}", "77:19",
            "spec.nodes[0].patches[0] sets machine.install.disk", "use spec.nodes[].disk"),
        rule(
            "    - machine:\n        sysctls:\n          vm.nr_hugepages: \"1024\"\n", "    - |\n      machine: [\n",
            "76:7", "spec.nodes[0].patches[0] is no YAML", ""),
        rule(
            "address: 10.0.1.11", "address: 10.0.0.12", "68:16", "spec.nodes[0].bmc.address is 10.0.0.12",
            "write the address that"),
        rule(
            "https://mirror.example.org/github/", "https://mirror.example.org/github", "99:28",
            "spec.mirrors.files[\"https://github.com/\"] is", "write https://mirror.example.org/github/"),
        rule(
            "      publishing:\n        host: cloud.example.org\n", "", "105:5",
            "spec.platform.values.publishing.host is missing", "add platform:"),
        rule(
            "      publishing:", "      publising:", "106:7", "unknown key \"publising\" in spec.platform.values",
            "did you mean publishing?"),
        rule(
            "      bundles:", "      networking: {podCIDR: 10.0.0.0/8}\n      bundles:", "108:29",
            "spec.platform.values.networking.podCIDR is 10.0.0.0/8", "leave it out here"),
        rule(
            "nodes: [node-1, node-2, node-3]", "nodes: [node-1, node2]", "116:23",
            "spec.storage.pools[0].nodes has node2", "did you mean node-2?"),
        rule("replicas: 3", "replicas: 4", "118:15", "spec.storage.replicas is 4", "write 3 or less"),
        rule(
            "10.0.0.240-10.0.0.250", "10.0.0.210-10.0.0.250", "123:16", "spec.loadBalancer.pools[0].ranges[0] is",
            "make one of them smaller"),
        rule(
            "10.0.0.240-10.0.0.250", "10.0.0.8-10.0.0.16", "123:16", "spec.loadBalancer.pools[0].ranges[0] is",
            "for example 10.0.0.14-10.0.0.16"),
        rule(
            "      bundles:", "      monitoring: {rootEnabled: false}\n      bundles:", "108:33",
            "spec.platform.values.monitoring.rootEnabled is false", "write true"),
    ]
}
