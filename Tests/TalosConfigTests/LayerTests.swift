import Core
import Embedded
import Glibc
import TalosConfig
import Testing
import YAML

/// Layers that an operator puts in the place of the embedded ones.
@Suite struct LayerTests {
    @Test("A file of the configuration directory takes the embedded one's place")
    func override() throws {
        let directory = try Directory(["base": "machine:\n  sysctls:\n    a: \"1\"\n", "worker": "# nothing\n"])
        let config = try Fixtures.config(.worker, overrides: directory.path)
        #expect(config.main?[["machine", "sysctls"]] == ["a": "1"])
        #expect(config.main?[["cluster", "network", "cni"]] == nil)
    }

    @Test("Variables are values, parts of texts, or left out when empty")
    func variables() throws {
        let directory = try Directory([
            "base": """
            machine:
              env:
                NAME: ${nodeName}
                TEXT: "${clusterName} at ${endpoint}, $${nodeName}"
                NOTHING: ${oidcIssuer}
                PARTLY: x${oidcIssuer}
              certSANs:
                - ${oidcIssuer}
                - ${nodeName}
              kubelet:
                nodeIP:
                  validSubnets: ${nodeSubnets}

            """
        ])
        var cluster = Fixtures.cluster()
        cluster.nodeSubnets = []
        let config = try Fixtures.config(.worker, cluster: cluster, overrides: directory.path)
        #expect(
            config.main?[["machine", "env"]]
                == ["NAME": "node-1", "TEXT": "prod at https://10.0.0.2:6443, ${nodeName}"])
        #expect(config.main?[["machine", "certSANs"]] == ["node-1"])
        #expect(config.main?[["machine", "kubelet", "nodeIP"]] == nil)
    }

    @Test(
        "An unknown variable is refused at its place",
        arguments: [("${nodeNmae}", "${nodeNmae} is not known"), ("a ${nodeName", "is not closed")])
    func unknown(text: String, message: String) throws {
        let directory = try Directory(["base": "machine:\n  env:\n    A: \"\(text)\"\n"])
        #expect { try Fixtures.config(.worker, overrides: directory.path) } throws: { error in
            (error as? Fault)?.location == "machineconfigs/base.yaml:3:8" && "\(error)".contains(message)
        }
    }

    @Test("A text that looks like YAML stays a text")
    func injection() throws {
        let directory = try Directory(["base": "machine:\n  env:\n    A: ${oidcIssuer}\n"])
        var cluster = Fixtures.cluster()
        cluster.oidcIssuer = "x\"\nB: c: [d"
        let config = try Fixtures.config(.worker, cluster: cluster, overrides: directory.path)
        #expect(try MachineConfig(text: config.text).main?[["machine", "env"]] == ["A": "x\"\nB: c: [d"])
    }

    @Test(
        "All layers are part of the binary and are machine-config documents",
        arguments: [
            "base", "controlplane", "hugepages", "keepalive", "oidc", "worker",
        ])
    func embedded(name: String) throws {
        let file = "machineconfigs/\(name).yaml"
        let documents = try YAML.parse(Embedded().bytes(file), file: file)
        #expect(documents.allSatisfy { $0.isNull || $0.mapping != nil })
    }
}

/// A configuration directory that lives as long as the value.
private final class Directory {
    let path: String
    private let files: [String]

    init(_ layers: [String: String]) throws {
        var template = Array("/tmp/layers.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Fault(.failed, "cannot make a temporary directory") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        files = layers.keys.map { "machineconfigs/\($0).yaml" }
        try FileStore.createDirectory("\(path)/machineconfigs")
        for (name, text) in layers {
            try FileStore.replace("\(path)/machineconfigs/\(name).yaml", with: Array(text.utf8))
        }
    }

    deinit {
        for file in files { unlink("\(path)/\(file)") }
        rmdir("\(path)/machineconfigs")
        rmdir(path)
    }
}
