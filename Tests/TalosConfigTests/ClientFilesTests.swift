import Core
import Glibc
import PKI
import TalosConfig
import Testing
import YAML

/// Kubeconfig and talosconfig, made without any node.
@Suite struct ClientFilesTests {
    private let clock = SystemWallClock()

    @Test("kubectl understands the kubeconfig")
    func kubectl() throws {
        let secrets = try Fixtures.secrets()
        let text = try AdminKubeconfig.yaml(
            clusterName: "prod", endpoint: "https://10.0.0.2:6443", secrets: secrets, clock: clock)
        var template = Array("/tmp/kubeconfig.XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        close(descriptor)
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer { unlink(path) }
        try FileStore.replace(path, with: Array(text.utf8))
        let shown = try JSON(
            parsing: output(["kubectl", "config", "view", "--raw", "-o", "json", "--kubeconfig", path]))
        #expect(shown["current-context"] == "admin@prod")
        #expect(shown["contexts"]?[0]?["context"] == ["cluster": "prod", "namespace": "default", "user": "admin@prod"])
        #expect(shown["clusters"]?[0]?["name"] == "prod")
        #expect(shown["clusters"]?[0]?["cluster"]?["server"] == "https://10.0.0.2:6443")
        let authority = try pem(shown["clusters"]?[0]?["cluster"]?["certificate-authority-data"])
        #expect(authority == secrets.kubernetesCA.certificate.pem)
        let user = shown["users"]?[0]?["user"]
        let certificate = try Certificate(pem: pem(user?["client-certificate-data"]))
        let key = try PrivateKey(pem: pem(user?["client-key-data"]))
        #expect(certificate.matches(key))
        #expect(certificate.isSigned(by: secrets.kubernetesCA.certificate))
        #expect(certificate.subject == .init(commonName: "admin", organizations: ["system:masters"]))
        #expect(certificate.notBefore <= clock.now.advanced(by: .seconds(-9)))
    }

    @Test("The talosconfig has one context with an administrator's identity")
    func talosconfig() throws {
        let secrets = try Fixtures.secrets()
        let text = try Talosconfig.yaml(
            context: "prod", endpoints: ["10.0.0.11", "10.0.0.12"], nodes: ["10.0.0.11"], secrets: secrets, clock: clock
        )
        let root = try YAML.parseOne(text)
        #expect(root["context"] == "prod")
        let context = try #require(root[["contexts", "prod"]])
        #expect(context["endpoints"] == ["10.0.0.11", "10.0.0.12"])
        #expect(context["nodes"] == ["10.0.0.11"])
        #expect(try pem(context["ca"]?.json()) == secrets.talosCA.certificate.pem)
        let certificate = try Certificate(pem: pem(context["crt"]?.json()))
        let keyText = try pem(context["key"]?.json())
        #expect(keyText.hasPrefix("-----BEGIN ED25519 PRIVATE KEY-----"))
        #expect(try certificate.matches(PrivateKey(pem: keyText)))
        #expect(certificate.subject.organizations == ["os:admin"])
        let bare = try Talosconfig.yaml(context: "a", endpoints: ["x"], nodes: [], secrets: secrets, clock: clock)
        #expect(try YAML.parseOne(bare)[["contexts", "a", "nodes"]] == nil)
    }

    private func pem(_ data: JSON?) throws -> String {
        let text = try #require(data?.string)
        return String(decoding: try #require(Base64.decode(text)), as: UTF8.self)
    }

    private func output(_ command: [String]) throws -> [UInt8] {
        var template = Array("/tmp/kubectl.XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        close(descriptor)
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer { unlink(path) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY | O_TRUNC, 0o600)
        var vector = command.map { strdup($0) } + [nil]
        defer { vector.forEach { free($0) } }
        var pid: pid_t = 0
        guard posix_spawnp(&pid, command[0], &actions, nil, &vector, environ) == 0 else {
            throw Fault(.failed, "cannot start \(command[0])")
        }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else { throw Fault(.failed, "\(command[0]) failed with \(status)") }
        return try FileStore.read(path)
    }
}
