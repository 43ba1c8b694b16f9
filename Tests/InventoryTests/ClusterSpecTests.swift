import Core
import Inventory
import Testing
import YAML

@Suite struct ClusterSpecTests {
    @Test("The example validates and holds what it says")
    func example() throws {
        let spec = try load(ClusterSpec.exampleYAML).get()
        #expect(spec.name == "cozy")
        #expect(spec.nodes.map(\.name) == ["node-1", "node-2", "node-3"])
        #expect(spec.nodes[0].match.mac == MACAddress("52:54:00:aa:bb:01"))
        #expect(spec.nodes[0].disk == .wwid("naa.5000c500a0b1c2d3"))
        #expect(spec.nodes[1].disk.selector == ["serial": "S5G9NX0T412345"])
        #expect(spec.nodes[0].patches == ["machine:\n  sysctls:\n    vm.nr_hugepages: \"1024\"\n"])
        #expect(spec.nodes[0].bmc?.protocol == .redfish)
        #expect(spec.boot.ranges.map(\.description) == ["10.0.0.200-10.0.0.219"])
        #expect(spec.delivery.trust == .kernelLog)
        #expect(spec.mirrors.files == ["https://github.com/": "https://mirror.example.org/github/"])
        #expect(spec.platform.values["publishing"]?["host"] == "cloud.example.org")
        #expect(spec.storage?.pools.first?.devices == ["/dev/nvme1n1"])
        #expect(spec.loadBalancer?.pools.first?.ranges.first?.last == IPAddress("10.0.0.250"))
        #expect(spec.rootTenant?.host == "cloud.example.org")
    }

    @Test("A small spec on loopback addresses gets every default")
    func defaults() throws {
        let spec = try load(minimal).get()
        #expect(spec.release == "v1.6.2")
        #expect(spec.endpoint == "https://127.77.0.2:6443")
        #expect(spec.networks.pod.subnet.description == "10.244.0.0/16")
        #expect(spec.networks.pod.gateway == IPAddress("10.244.0.1"))
        #expect(spec.networks.service.subnet.description == "10.96.0.0/16")
        #expect(spec.networks.join.subnet.description == "100.64.0.0/16")
        #expect(spec.networks.domain == "cozy.local")
        #expect(spec.boot.mode == .proxy)
        #expect(spec.boot.http.listen == HostPort(host: "0.0.0.0", port: 8080))
        #expect([spec.boot.ports.dhcp, spec.boot.ports.proxy, spec.boot.ports.tftp] == [67, 4011, 69])
        #expect(spec.boot.bootloaders == "/usr/lib/ipxe")
        #expect(spec.boot.unknownMachines == .hold)
        #expect(spec.delivery.method == .pull)
        #expect(spec.delivery.kernelLogPort == 6050)
        #expect(spec.storage == nil)
        #expect(spec.source.url == nil && spec.source.digest == nil && !spec.source.insecure)
    }

    @Test(
        "What may be written differently means the same",
        arguments: [
            ("variant: isp-full", "variant: isp-full\n  release: 1.6.2"),
            ("vip: 127.77.0.2", "vip: 127.77.0.2\n  endpoint: https://127.77.0.2:6443"),
            ("match: {serial: A1}", "match: {serial: \"A1\", }"),
        ])
    func equivalents(old: String, new: String) throws {
        #expect(try load(minimal.replacing(old, with: new)).get() == load(minimal).get())
    }

    @Test(
        "What is right is accepted",
        arguments: [
            ("variant: isp-full", "variant: isp-full-generic"), ("variant: isp-full", "variant: default"),
            ("vip: 127.77.0.2", "endpoint: https://api.example.org:443"),
            ("vip: 127.77.0.2", "vip: 127.77.0.2\n  endpoint: https://api.example.org:6443"),
            ("{address: 127.77.0.1}", "{interface: eth0}"), ("{address: 127.77.0.1}", "{address: 10.9.9.9}"),
            ("{wwid: naa.1}", "{wwid: t10.ATA     QEMU HARDDISK   QM00001}"),
            (
                "disk: {wwid: naa.1}",
                "disk: {selector: {model: 'INTEL*', size: '>= 100 GB'}}\n  delivery: {method: push}"
            ),
            ("boot: {address: 127.77.0.1}", "boot: {mode: off}\n  delivery: {method: push, trust: first-use}"),
            ("platform:", "storage: {pools: [{devices: [/dev/sdb]}]}\n  platform:"),
            ("{address: 127.77.0.1}", "{address: 127.77.0.1, mode: dhcp, ranges: [127.77.3.1 - 127.77.3.9]}"),
            ("platform:", "mirrors: {files: {\"https://\": \"http://127.77.0.3:8081/\"}}\n  platform:"),
            ("{serial: A1}", "{mac: 52-54-00-AA-BB-01, uuid: 4C4C4544-0042-3510-8053-B4C04F4E4D32}"),
        ])
    func accepted(old: String, new: String) throws {
        let text = minimal.replacing(old, with: new)
        #expect(faults(text).map(\.description) == [])
    }

    @Test("The variant of the command line stands for the one in the file")
    func commandLineVariant() throws {
        let text = minimal.replacing("  variant: isp-full\n", with: "")
        #expect(try load(text, variant: "isp-full-generic").get().variant == "isp-full-generic")
        #expect(faults(text).map(\.description).first?.hasPrefix("cluster.yaml:6:3: spec.variant is missing") == true)
        let bare = minimal.replacing("  platform: {values: {publishing: {host: lab.test}}}\n", with: "")
            .replacing("  variant: isp-full\n", with: "")
        #expect(faults(bare, variant: "default").map(\.description) == [])
        #expect(faults(bare, variant: "isp-full").map(\.what) == ["spec.platform.values.publishing.host is missing"])
        let refused = faults(text, variant: "distro-full")
        #expect(refused.first?.code == .refused)
        #expect(refused.first?.location == nil)
        #expect(faults(minimal, variant: "isp-hosted").map(\.location) == [nil, "cluster.yaml:6:12"])
    }
}
