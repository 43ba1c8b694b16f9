import Core
import PKI
import TalosConfig
import Testing
import YAML

@Suite struct PlainConfigTests {
    @Test(
        "The config for a role is talosctl's, byte for byte",
        arguments: [(NodeRole.controlPlane, "base-controlplane.yaml"), (.worker, "base-worker.yaml")])
    func golden(role: NodeRole, file: String) throws {
        let config = try MachineConfigGenerator.plain(
            role: role, cluster: Fixtures.base, secrets: Fixtures.secrets())
        #expect(config.text == (try Fixtures.talos(file)))
        #expect(config.role == role)
        #expect(config.isComplete)
        #expect(config.hostname == nil)
    }

    @Test("Reading talosctl's config and writing it again changes nothing", arguments: ["controlplane", "worker"])
    func rereading(role: String) throws {
        let text = try Fixtures.talos("base-\(role).yaml")
        let config = try MachineConfig(text: text)
        #expect(MachineConfig(documents: config.documents).text == text)
        #expect(config.sha256 == SHA256.hexadecimalHash(text.utf8))
    }

    @Test("The patch that Talos tests with lands where Talos puts it, in Talos's order of fields")
    func talosPatch() throws {
        let text = try Fixtures.talos("base-controlplane.yaml")
        let image = "        image: ghcr.io/siderolabs/kubelet:v1.28.0\n"
        let mount = """
                    extraMounts:
                        - destination: /var/opt
                          type: bind
                          source: /var/opt
                          options:
                            - rshared

            """
        let start = try #require(text.firstRange(of: image))
        let expected = text[..<start.upperBound] + mount + text[start.upperBound...]
        let config = try MachineConfig(text: text).patched(with: Fixtures.talos("patch.yaml"))
        #expect(config.text == String(expected))
    }

    @Test("Contract 1.12 differs by an empty machine.network")
    func contract112() throws {
        var cluster = Fixtures.base
        cluster.contract = .v112
        for role in NodeRole.allCases {
            let old = try MachineConfigGenerator.plain(role: role, cluster: cluster, secrets: Fixtures.secrets())
            let new = try MachineConfigGenerator.plain(role: role, cluster: Fixtures.base, secrets: Fixtures.secrets())
            let lines = old.text.split(separator: "\n", omittingEmptySubsequences: false)
            let rest = lines.filter { $0 != "    network: {}" }
            #expect(rest.count == lines.count - 1)
            #expect(rest.joined(separator: "\n") == new.text)
        }
    }

    @Test("Other contracts are refused", arguments: ["v1.11", "v1.14", "v2.0"])
    func otherContracts(text: String) throws {
        var cluster = Fixtures.base
        cluster.contract = try #require(TalosContract(text))
        #expect {
            try MachineConfigGenerator.plain(role: .worker, cluster: cluster, secrets: Fixtures.secrets())
        } throws: { ($0 as? Fault)?.code == .usage }
    }

    @Test("Every option stands where talosctl puts it")
    func options() throws {
        var cluster = Fixtures.base
        cluster.certSANs = ["foo", "bar"]
        cluster.dnsDomain = "example.com"
        cluster.extraKernelArguments = ["foo=bar", "bar=baz"]
        cluster.installerImage = "example.com/installer:v1"
        cluster.podSubnets = [CIDR("10.1.0.0/16")].compactMap(\.self)
        cluster.serviceSubnets = [CIDR("10.2.0.0/16")].compactMap(\.self)
        cluster.registryMirrors = [.init(host: "ghcr.io", endpoints: ["https://ghcr.io.my-mirror.com"])]
        let config = try MachineConfigGenerator.plain(
            role: .controlPlane, cluster: cluster, installDisk: .device("/dev/vda"), secrets: Fixtures.secrets())
        let install = """
                install:
                    disk: /dev/vda
                    extraKernelArgs:
                        - foo=bar
                        - bar=baz
                    image: example.com/installer:v1
                    wipe: false
                features:

            """
        #expect(config.text.contains(install))
        #expect(config.text.contains("    certSANs:\n        - foo\n        - bar\n    kubelet:\n"))
        #expect(
            config.text.contains("        certSANs:\n            - foo\n            - bar\n        admissionControl:\n")
        )
        #expect(
            config.text.contains("        dnsDomain: example.com\n        podSubnets:\n            - 10.1.0.0/16\n"))
        let documents = """
            ---
            apiVersion: v1alpha1
            kind: RegistryMirrorConfig
            name: ghcr.io
            endpoints:
                - url: https://ghcr.io.my-mirror.com
            ---
            apiVersion: v1alpha1
            kind: HostnameConfig
            auto: stable

            """
        #expect(config.text.hasSuffix(documents))
    }

    @Test("An endpoint with an IPv6 address takes IPv6 networks")
    func ipv6() throws {
        var cluster = Fixtures.base
        cluster.endpoint = "https://[fd00::1]:6443"
        let config = try MachineConfigGenerator.plain(role: .worker, cluster: cluster, secrets: Fixtures.secrets())
        #expect(config.main?[["cluster", "network", "podSubnets"]] == ["fc00:db8:10::/56"])
        #expect(config.main?[["cluster", "network", "serviceSubnets"]] == ["fc00:db8:20::/112"])
    }

    @Test(
        "Texts that are no machine config are refused as Talos refuses them",
        arguments: [
            ("", "config not found"), ("---\n---\n", "config not found"), ("foo: bar\n", "missing kind"),
            ("kind: HostnameConfig\n", "missing apiVersion"), ("- a\n", "must be a mapping"),
            (
                "apiVersion: v1alpha1\nkind: HostnameConfig\n---\napiVersion: v1alpha1\nkind: HostnameConfig\n",
                "duplicate document v1alpha1/HostnameConfig"
            ),
            ("machine: {}\n---\ncluster: {}\n", "duplicate document v1alpha1.Config"),
        ])
    func wrongTexts(text: String, message: String) {
        #expect { try MachineConfig(text: text) } throws: { "\($0)".contains(message) }
    }

    @Test("A config of documents alone leaves the machine in maintenance mode")
    func partial() throws {
        let config = try MachineConfig(text: "apiVersion: v1alpha1\nkind: EventSinkConfig\nendpoint: 10.0.0.1:8080\n")
        #expect(!config.isComplete)
        #expect(config.role == nil)
        #expect(config.document(kind: "EventSinkConfig")?["endpoint"]?.text == "10.0.0.1:8080")
    }

    @Test("Printing a config shows no secret")
    func printing() throws {
        let config = try MachineConfigGenerator.plain(
            role: .controlPlane, cluster: Fixtures.base, secrets: Fixtures.secrets())
        var dumped = ""
        dump(config, to: &dumped)
        #expect("\(config)" == "[machine config \(config.sha256.prefix(12))]")
        #expect(!dumped.contains("d8cwfa"))
    }
}
