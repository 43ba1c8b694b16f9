import Core
import Testing
import YAML

@testable import Lab

@Suite struct NodeConfigTests {
    @Test("what the product generates is taken, for both roles")
    func generated() throws {
        let hardware = try #require(SampleConfig.hardware)
        for config in [try SampleConfig.controlPlane(), try SampleConfig.worker()] {
            try ConfigValidator(config: config, hardware: hardware, links: ["enp1s0f0"]).validate()
            #expect(config.isComplete)
            #expect(config.hostname == "node-001")
            #expect(config.endpointHost == "127.200.0.2")
            #expect(config.kubernetesVersion == "v1.33.12")
            #expect(try InstallDisk.choose(config: config, disks: hardware.disks)?.name == "sda")
        }
        #expect(try SampleConfig.controlPlane().role == .controlPlane)
        #expect(try SampleConfig.controlPlane().virtualAddresses == [IPAddress(v4: 127, 200, 0, 2)])
        #expect(try SampleConfig.worker().role == .worker)
        #expect(try SampleConfig.worker().osCA.key == nil)
        #expect(try SampleConfig.controlPlane().kubernetesCA.authority != nil)
    }

    @Test(
        "the loader refuses what Talos' loader refuses",
        arguments: [
            ("", "config not found"), ("---\n---\n", "config not found"), ("foo: bar\n", "missing kind"),
            ("kind: HostnameConfig\nhostname: a\n", "missing apiVersion"),
            ("apiVersion: v1alpha1\nkind: UnattendedInstallConfig\n", "not registered"),
            ("apiVersion: v2\nkind: HostnameConfig\n", "not registered"),
            ("machine: {type: worker, flavour: big}\n", "machine.flavour"),
            ("machine: {network: {interfaces: [{interfaces: eth0}]}}\n", "machine.network.interfaces[0].interfaces"),
            ("machine: {certSANs: a}\n", "a list is expected"), ("machine: [\n", "failed to parse"),
            (
                "apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: a\n---\n"
                    + "apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: b\n", "duplicate document"
            ),
            (
                "machine: {network: {hostname: a}}\n---\napiVersion: v1alpha1\nkind: HostnameConfig\nhostname: b\n",
                "conflicting documents"
            ),
        ])
    func loader(text: String, message: String) {
        #expect { try ConfigLoader.load(Array(text.utf8)) } throws: { error in
            (error as? ConfigRejection).map { $0.stage == .loading && $0.description.contains(message) } ?? false
        }
    }

    @Test(
        "the validation names what is wrong",
        arguments: [
            ("machine: {type: router}", "unknown machine type"),
            ("machine: {install: {diskSelector: {wwid: naa.other}}}", "no disks matched the expression"),
            ("machine: {kubelet: {image: \"ghcr.io/siderolabs/kubelet:v1.25.0\"}}", "not supported by Talos 1.13"),
            ("cluster: {network: {cni: {name: calico}}}", "cni name should be one of"),
            ("cluster: {controlPlane: {endpoint: \"http://10.0.0.1:6443\"}}", "invalid control plane endpoint"),
            ("machine: {files: [{path: /etc/a, op: create, content: a}]}", "not allowed outside of /var"),
        ])
    func validation(patch: String, message: String) throws {
        let hardware = try #require(SampleConfig.hardware)
        var documents = try YAML.parse(try SampleConfig.text())
        documents = documents.map { document in
            document["kind"] == nil ? Self.merged(document, with: (try? YAML.parseOne(patch)) ?? .null) : document
        }
        let config = try ConfigLoader.load(Array(YAML.emit(documents).utf8))
        #expect {
            try ConfigValidator(config: config, hardware: hardware, links: []).validate()
        } throws: { error in
            (error as? ConfigRejection).map { $0.stage == .validation && $0.description.contains(message) } ?? false
        }
    }

    /// Mappings merged, everything else replaced.
    private static func merged(_ node: Node, with patch: Node) -> Node {
        guard let pairs = patch.mapping, node.mapping != nil else { return patch }
        var result = node
        for pair in pairs {
            guard let key = pair.key.text else { continue }
            result[key] = merged(result[key] ?? .null, with: pair.value)
        }
        return result
    }

    @Test("a worker may hold no CA key, a control plane must")
    func authorities() throws {
        let hardware = try #require(SampleConfig.hardware)
        let text = try SampleConfig.text().replacing("type: controlplane", with: "type: worker")
        #expect(throws: ConfigRejection.self) {
            try ConfigValidator(config: try ConfigLoader.load(Array(text.utf8)), hardware: hardware, links: [])
                .validate()
        }
    }

    @Test(
        "disk selectors match as Talos' do",
        arguments: [
            (["size": ">= 1TB"], "nvme0n1"), (["size": "< 1 TB"], "sda"), (["size": "== 480103981056"], "sda"),
            (["type": "ssd"], "nvme0n1"), (["type": "nvme"], "nvme0n1"), (["type": "hdd"], nil),
            (["model": "LABSSD*"], "sda"), (["model": "LAB*", "size": "< 600GiB"], "sda"),
            (["busPath": "/pci*/ata1/*"], "sda"), (["model": "LAB Virtual CD"], nil), (["serial": "?????"], nil),
        ] as [([String: String], String?)])
    func selectors(criteria: [String: String], disk: String?) throws {
        let hardware = try #require(SampleConfig.hardware)
        let node = Node.mapping(criteria.map { ($0.key, .string($0.value)) })
        #expect(DiskSelector(node).first(in: hardware.disks)?.name == disk)
    }

    @Test("only fields of Talos' list change without a reboot")
    func immediateChanges() throws {
        let text = try SampleConfig.text()
        let old = try ConfigLoader.load(Array(text.utf8))
        let labelled = try ConfigLoader.load(Array(text.replacing("rack: a", with: "rack: b").utf8))
        let files = try ConfigLoader.load(Array(text.replacing("backup = 0", with: "backup = 1").utf8))
        #expect(ImmediateChange.isPossible(from: old, to: old))
        #expect(ImmediateChange.isPossible(from: old, to: labelled))
        #expect(!ImmediateChange.isPossible(from: old, to: files))
    }

    @Test("a network is configured only where a selector means a card of the machine")
    func network() throws {
        let hardware = try #require(SampleConfig.hardware)
        let config = try SampleConfig.controlPlane()
        let network = MachineNetwork(config: config, hardware: hardware, linkNames: ["enp1s0f0", "enp1s0f1"])
        #expect(network?.virtualAddresses == [IPAddress(v4: 127, 200, 0, 2)])
        let other = try #require(NodeHardware(index: 1, seed: 1))
        #expect(MachineNetwork(config: config, hardware: other, linkNames: ["enp1s0f0"]) == nil)
    }
}
