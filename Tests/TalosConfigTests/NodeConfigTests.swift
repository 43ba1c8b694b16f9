import Core
import Embedded
import Glibc
import TalosConfig
import Testing
import YAML

@Suite struct NodeConfigTests {
    @Test("A node with address and gateway has a static network, a control plane the VIP too")
    func staticNetwork() throws {
        let expected = """
            network:
                interfaces:
                    - deviceSelector:
                        hardwareAddr: "52:54:00:00:00:01"
                      addresses:
                        - 10.0.0.11/24
                      routes:
                        - network: 0.0.0.0/0
                          gateway: 10.0.0.1
                      dhcp: false
                      vip:
                        ip: 10.0.0.2

            """
        let network = try #require(try Fixtures.config().main?[["machine", "network"]])
        let wanted = try YAML.parseOne(expected)["network"]
        #expect(network == wanted)
        let worker = try #require(try Fixtures.config(.worker).main?[["machine", "network", "interfaces"]]?[0])
        #expect(worker["vip"] == nil)
        #expect(worker["addresses"] == ["10.0.0.11/24"])
    }

    @Test("Without a gateway or address the node uses DHCP")
    func dhcp() throws {
        for change: (inout NodeConfigInput) -> Void in [{ $0.gateway = nil }, { $0.address = nil }] {
            let config = try Fixtures.config(change: change)
            let interface = config.main?[["machine", "network", "interfaces"]]?[0]
            #expect(interface?["dhcp"] == true)
            #expect(interface?["addresses"] == nil)
            #expect(interface?["vip"] == ["ip": "10.0.0.2"])
        }
    }

    @Test("IPv6 gets its own default route")
    func ipv6() throws {
        let config = try Fixtures.config(.worker) {
            $0.address = CIDR("fd00::11/64")
            $0.gateway = IPAddress("fd00::1")
        }
        let interface = config.main?[["machine", "network", "interfaces"]]?[0]
        #expect(interface?["routes"] == [["network": "::/0", "gateway": "fd00::1"]])
    }

    @Test("Without a MAC address nothing can be static")
    func noMAC() throws {
        let worker = try Fixtures.config(.worker) { ($0.mac, $0.address, $0.gateway) = (nil, nil, nil) }
        #expect(worker.main?[["machine", "network"]] == nil)
        #expect { try Fixtures.config(.worker) { $0.mac = nil } } throws: { ($0 as? Fault)?.code == .usage }
        #expect { try Fixtures.config { ($0.mac, $0.address) = (nil, nil) } } throws: { ($0 as? Fault)?.code == .usage }
    }

    @Test("Hostname, name servers, time servers, sinks and kernel arguments have their places")
    func rest() throws {
        var cluster = Fixtures.cluster()
        cluster.nameservers = ["10.0.0.53", "fd00::53"].compactMap { IPAddress($0) }
        cluster.timeServers = ["ntp.example.org"]
        cluster.eventSink = "10.0.0.1:4242"
        cluster.kernelLog = "tcp://10.0.0.1:6050/"
        cluster.extraKernelArguments = ["console=ttyS0"]
        cluster.certSANs = ["api.example.org", "127.0.0.1"]
        let config = try Fixtures.config(cluster: cluster)
        #expect(config.hostname == "node-1")
        #expect(config.document(kind: "HostnameConfig")?["auto"] == nil)
        #expect(config.main?[["machine", "network", "nameservers"]] == ["10.0.0.53", "fd00::53"])
        #expect(config.main?[["machine", "time", "servers"]] == ["ntp.example.org"])
        #expect(config.document(kind: "EventSinkConfig")?["endpoint"] == "10.0.0.1:4242")
        #expect(config.document(kind: "KmsgLogConfig")?["url"] == "tcp://10.0.0.1:6050/")
        #expect(config.main?[["machine", "install", "extraKernelArgs"]] == ["console=ttyS0"])
        #expect(config.main?[["machine", "install", "grubUseUKICmdline"]] == nil)
        #expect(config.main?[["machine", "certSANs"]] == ["api.example.org", "127.0.0.1"])
        #expect(config.main?[["cluster", "apiServer", "certSANs"]] == ["api.example.org", "127.0.0.1"])
    }

    @Test("The same input and secrets give the same bytes")
    func deterministic() throws {
        let labels = Dictionary(uniqueKeysWithValues: (0..<40).map { ("label-\($0)", "\($0)") })
        let texts = try (0..<5).map { round in
            try Fixtures.config { node in
                node.labels = Dictionary(minimumCapacity: 10 << round)
                node.labels.merge(labels) { $1 }
                node.installDisk = .selector(["wwid": "a", "serial": "b", "size": ">= 100GB", "type": "ssd"])
            }.text
        }
        #expect(Set(texts).count == 1)
    }

    @Test("A served config reads back to the same documents and parses as Talos's own loader would")
    func rereading() throws {
        for role in NodeRole.allCases {
            let config = try Fixtures.config(role)
            let read = try MachineConfig(text: config.text)
            #expect(read.documents == config.documents)
            #expect(read.role == role)
            #expect(read.sha256 == config.sha256)
        }
    }

    @Test("The operator's patches come last and win")
    func patches() throws {
        let config = try Fixtures.config(patches: [
            "machine:\n  kubelet:\n    extraConfig:\n      maxPods: 250\n",
            "machine:\n  sysctls:\n    net.core.netdev_budget:\n      $patch: delete\n",
            "apiVersion: v1alpha1\nkind: RegistryMirrorConfig\nname: docker.io\n$patch: delete\n",
            "apiVersion: v1alpha1\nkind: UserVolumeConfig\nname: data\nprovisioning:\n  minSize: 400GiB\n",
        ])
        #expect(config.main?[["machine", "kubelet", "extraConfig", "maxPods"]] == 250)
        #expect(config.main?[["machine", "kubelet", "extraConfig", "cpuManagerPolicy"]] == "static")
        #expect(config.main?[["machine", "sysctls", "net.core.netdev_budget"]] == nil)
        #expect(config.document(kind: "RegistryMirrorConfig") == nil)
        #expect(config.document(kind: "UserVolumeConfig", name: "data")?[["provisioning", "minSize"]] == "400GiB")
    }

    @Test("A fault in a patch names the patch, the node, line and column")
    func patchFaults() throws {
        #expect { try Fixtures.config(patches: ["machine: {}\n", "machine:\n  a: [b\n"]) } throws: {
            ($0 as? Fault)?.location?.hasPrefix("patch 2 of node node-1:") == true
        }
        #expect { try Fixtures.config(patches: ["machine:\n  nothing:\n    $patch: delete\n"]) } throws: {
            ($0 as? Fault)?.location == "patch 1 of node node-1:3:5"
        }
    }

    @Test(
        "A config that could not work is refused before it leaves",
        arguments: [
            ("machine:\n  files:\n  - path: /etc/foo\n    op: create\n    content: x\n", "/etc/foo: op create"),
            ("machine:\n  files:\n  - path: /var/foo\n    op: make\n    content: x\n", "unknown operation \"make\""),
            ("machine:\n  install:\n    extraKernelArgs: [a=b]\n", "can't be used together"),
            ("machine:\n  install:\n    diskSelector:\n      name: sda\n", "does not know \"name\""),
            ("machine:\n  type: master\n", "unknown machine type \"master\""),
            ("persist: false\n", ".persist should be enabled"),
            ("cluster:\n  controlPlane:\n    endpoint: 10.0.0.1\n", "is no https URL"),
            ("cluster:\n  network:\n    dnsDomain: Cozy_Local\n", "dnsDomain \"Cozy_Local\""),
            ("cluster:\n  clusterName: a b\n", "clusterName \"a b\""),
            ("cluster:\n  network:\n    cni:\n      name: calico\n", "\"calico\""),
            ("cluster:\n  inlineManifests: [{name: a}, {name: a}]\n", "duplicate inline manifest \"a\""),
            ("machine:\n  network:\n    interfaces: [{dhcp: true}]\n", "neither a name nor a deviceSelector"),
            ("machine:\n  features:\n    hostDNS:\n      enabled: false\n", "forwardKubeDNSToHost"),
            ("apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: Node_1\n", "hostname \"Node_1\""),
        ])
    func rules(patch: String, message: String) {
        #expect { try Fixtures.config(patches: [patch]) } throws: {
            ($0 as? Fault)?.code == .usage && "\($0)".contains(message)
        }
    }

    @Test("A worker may not carry what belongs to control planes")
    func workerRules() throws {
        let key = "machine:\n  ca:\n    key: QUJD\n"
        #expect { try Fixtures.config(.worker, patches: [key]) } throws: { "\($0)".contains("issuing CA key") }
        let vip = "machine:\n  network:\n    interfaces:\n    - interface: eth7\n      vip: {ip: 10.0.0.9}\n"
        #expect { try Fixtures.config(.worker, patches: [vip]) } throws: { "\($0)".contains("virtual (shared) IP") }
        let etcd = "cluster:\n  etcd:\n    subnet: 10.0.0.0/8\n"
        #expect { try Fixtures.config(.worker, patches: [etcd]) } throws: { "\($0)".contains("etcd section") }
        let disk = "machine:\n  install:\n    diskSelector:\n      $patch: delete\n"
        #expect { try Fixtures.config(patches: [disk]) } throws: { "\($0)".contains("either install disk") }
    }

    @Test("All broken rules are reported together")
    func allRules() {
        let patch = "persist: false\nmachine:\n  type: x\ncluster:\n  clusterName: A\n"
        #expect { try Fixtures.config(patches: [patch]) } throws: { error in
            [".persist", "machine type", "clusterName"].allSatisfy { "\(error)".contains($0) }
        }
    }
}
