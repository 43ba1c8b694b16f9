import Core
import TalosConfig
import Testing
import YAML

/// One line of the table of settings that a Cozystack node needs.
struct Row: Sendable, CustomTestStringConvertible {
    enum Place { case all, controlPlanes }

    var path: [String]
    var value: Node
    var place: Place

    init(_ path: String, _ value: Node, _ place: Place = .all) {
        self.path = path.split(separator: "/").map(String.init)
        self.value = value
        self.place = place
    }

    var testDescription: String { path.joined(separator: ".") }
}

@Suite struct CozystackRowsTests {
    private static let file = """
        [plugins."io.containerd.cri.v1.runtime"]
          device_ownership_from_security_context = true
        [plugins."io.containerd.grpc.v1.cri"]
          device_ownership_from_security_context = true

        """
    private static let lvm = """
        backup {
          backup = 0
          archive = 0
        }
        devices {
          global_filter = [ "r|^/dev/drbd.*|", "r|^/dev/dm-.*|", "r|^/dev/zd.*|", "r|^/dev/loop.*|" ]
        }

        """

    static let rows: [Row] = [
        Row("machine/kubelet/nodeIP/validSubnets", ["10.0.0.0/24"]),
        Row("machine/kubelet/extraConfig/maxPods", 512),
        Row("machine/kubelet/extraConfig/cpuManagerPolicy", "static"),
        Row("machine/sysctls/net.ipv4.neigh.default.gc_thresh1", "4096"),
        Row("machine/sysctls/net.ipv4.neigh.default.gc_thresh2", "8192"),
        Row("machine/sysctls/net.ipv4.neigh.default.gc_thresh3", "16384"),
        Row("machine/sysctls/net.ipv4.tcp_orphan_retries", "3"),
        Row("machine/sysctls/net.ipv4.tcp_fin_timeout", "30"),
        Row("machine/sysctls/net.core.netdev_max_backlog", "5000"),
        Row("machine/sysctls/net.core.netdev_budget", "600"),
        Row("machine/sysctls/net.core.netdev_budget_usecs", "8000"),
        Row(
            "machine/kernel/modules",
            [
                ["name": "openvswitch"], ["name": "drbd", "parameters": ["usermode_helper=disabled"]], ["name": "zfs"],
                ["name": "spl"], ["name": "vfio_pci"], ["name": "vfio_iommu_type1"],
            ]),
        Row("machine/certSANs", ["127.0.0.1"]),
        Row(
            "machine/files",
            [
                ["content": .string(file), "path": "/etc/cri/conf.d/20-customization.part", "op": "create"],
                [
                    "content": .string(lvm), "permissions": .plain("0o644"), "path": "/etc/lvm/lvm.conf",
                    "op": "overwrite",
                ],
            ]),
        Row("machine/install/image", "ghcr.io/cozystack/cozystack/talos:v1.13.6"),
        Row("machine/install/diskSelector", ["wwid": "naa.5000c500"]),
        Row("machine/features/kubePrism", ["enabled": true, "port": 7445]),
        Row("cluster/network/cni/name", "none"),
        Row("cluster/network/dnsDomain", "cozy.local"),
        Row("cluster/network/podSubnets", ["10.244.0.0/16"]),
        Row("cluster/network/serviceSubnets", ["10.96.0.0/16"]),
        Row("cluster/allowSchedulingOnControlPlanes", true, .controlPlanes),
        Row("cluster/controllerManager/extraArgs/bind-address", "0.0.0.0", .controlPlanes),
        Row("cluster/scheduler/extraArgs/bind-address", "0.0.0.0", .controlPlanes),
        Row("cluster/controllerManager/extraArgs/allocate-node-cidrs", "true", .controlPlanes),
        Row("cluster/controllerManager/extraArgs/cluster-cidr", "10.244.0.0/16", .controlPlanes),
        Row("cluster/apiServer/certSANs", ["127.0.0.1"], .controlPlanes),
        Row("cluster/proxy/disabled", true, .controlPlanes),
        Row("cluster/etcd/advertisedSubnets", ["10.0.0.0/24"], .controlPlanes),
        Row("cluster/etcd/extraArgs/quota-backend-bytes", "8589934592", .controlPlanes),
    ]

    @Test("Every row of the table holds on the nodes it is for, and on no others", arguments: rows)
    func row(row: Row) throws {
        let (controlPlane, worker) = (try Fixtures.config(.controlPlane), try Fixtures.config(.worker))
        #expect(controlPlane.main?[row.path] == row.value)
        #expect(worker.main?[row.path] == (row.place == .all ? row.value : nil))
    }

    @Test("Discovery is off on control planes; workers keep what Talos's generator gives them")
    func discovery() throws {
        #expect(try Fixtures.config(.controlPlane).main?[["cluster", "discovery", "enabled"]] == false)
        #expect(try Fixtures.config(.worker).main?[["cluster", "discovery", "enabled"]] == true)
    }

    @Test("The label that keeps load balancers away is gone from control planes")
    func label() throws {
        for role in NodeRole.allCases {
            #expect(try Fixtures.config(role).main?[["machine", "nodeLabels"]] == nil)
        }
        let labelled = try Fixtures.config(.controlPlane) { $0.labels = ["b": "2", "a": "1"] }
        #expect(labelled.main?[["machine", "nodeLabels"]] == ["a": "1", "b": "2"])
    }

    @Test("docker.io comes from Google's mirror unless the spec names another")
    func mirror() throws {
        let config = try Fixtures.config(.worker)
        #expect(
            config.document(kind: "RegistryMirrorConfig", name: "docker.io")?["endpoints"]
                == [["url": "https://mirror.gcr.io"]])
        var cluster = Fixtures.cluster()
        cluster.registryMirrors = [
            .init(host: "docker.io", endpoints: ["https://a", "https://b"]),
            .init(host: "ghcr.io", endpoints: ["https://c"]),
        ]
        let mirrored = try Fixtures.config(.worker, cluster: cluster)
        #expect(
            mirrored.document(kind: "RegistryMirrorConfig", name: "docker.io")?["endpoints"]
                == [["url": "https://a"], ["url": "https://b"]])
        #expect(
            mirrored.document(kind: "RegistryMirrorConfig", name: "ghcr.io")?["endpoints"] == [["url": "https://c"]])
        #expect(mirrored.documents.count { $0["kind"]?.text == "RegistryMirrorConfig" } == 2)
    }

    @Test("OIDC arguments stand on control planes when there is an issuer")
    func oidc() throws {
        #expect(try Fixtures.config().main?[["cluster", "apiServer", "extraArgs"]] == nil)
        var cluster = Fixtures.cluster()
        cluster.oidcIssuer = "https://keycloak.example.org/realms/cozy"
        let config = try Fixtures.config(cluster: cluster)
        let expected: Node = [
            "oidc-client-id": "kubernetes", "oidc-groups-claim": "groups",
            "oidc-issuer-url": "https://keycloak.example.org/realms/cozy",
            "oidc-username-claim": "preferred_username",
        ]
        #expect(config.main?[["cluster", "apiServer", "extraArgs"]] == expected)
        #expect(try Fixtures.config(.worker, cluster: cluster).main?[["cluster", "apiServer"]] == nil)
    }

    @Test("Keep-alive tuning and huge pages are there when asked for")
    func optional() throws {
        let path = ["machine", "sysctls"]
        let names = ["net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes"]
        let plain = try #require(try Fixtures.config().main?[path])
        #expect((names + ["vm.nr_hugepages"]).allSatisfy { plain[$0] == nil })
        var cluster = Fixtures.cluster()
        cluster.tcpKeepaliveTuning = true
        cluster.hugePages = 3000
        for role in NodeRole.allCases {
            let tuned = try #require(try Fixtures.config(role, cluster: cluster).main?[path])
            #expect(names.map { tuned[$0] } == ["600", "10", "6"])
            #expect(tuned["vm.nr_hugepages"] == "3000")
        }
    }

    @Test("The admission of pods stays as Talos sets it, and its keys are those of Talos's generator")
    func podSecurity() throws {
        let config = try Fixtures.config()
        let plain = try MachineConfigGenerator.plain(
            role: .controlPlane, cluster: Fixtures.base, secrets: Fixtures.secrets())
        let path = ["cluster", "apiServer", "admissionControl"]
        #expect(config.main?[path] == plain.main?[path])
        #expect(config.main?[path] != nil)
    }
}
