import Core
import Kubernetes
import PKI
import Testing

@Suite struct KubeconfigTests {
    private static func encoded(_ text: String) -> String { Base64.encode(Array(text.utf8)) }

    private static let first = """
        apiVersion: v1
        kind: Config
        current-context: admin@one
        clusters:
        - name: one
          cluster:
            server: https://10.0.0.10:6443
            certificate-authority-data: \(encoded("CA ONE"))
            tls-server-name: kubernetes.default
        contexts:
        - name: admin@one
          context: {cluster: one, user: admin, namespace: cozy-system}
        users:
        - name: admin
          user:
            client-certificate-data: \(encoded("CERT"))
            client-key-data: \(encoded("KEY"))
        """

    private static let second = """
        current-context: other
        clusters:
        - {name: one, cluster: {server: "https://hidden:1"}}
        - {name: two, cluster: {server: "https://two.example.org", insecure-skip-tls-verify: true, proxy-url: "http://proxy:3128"}}
        contexts:
        - {name: other, context: {cluster: two, user: token}}
        - {name: plugin, context: {cluster: two, user: plugin}}
        - {name: broken, context: {cluster: three, user: token}}
        - {name: file, context: {cluster: two, user: file}}
        users:
        - {name: admin, user: {token: hidden}}
        - {name: token, user: {token: s3cret}}
        - {name: plugin, user: {exec: {command: aws}}}
        - {name: file, user: {tokenFile: tokens/admin}}
        """

    private func merged() throws -> Kubeconfig {
        var config = try Kubeconfig.parse(Self.first, file: "/home/me/.kube/config")
        config.merge(try Kubeconfig.parse(Self.second, file: "/etc/kube/second"))
        return config
    }

    @Test("The first definition of a name wins, and the first current context")
    func merge() throws {
        let config = try merged()
        #expect(config.currentContext == "admin@one")
        #expect(config.clusters.map(\.name) == ["one", "two"])
        #expect(config.clusters.first?.server == "https://10.0.0.10:6443")
        let access = try config.access()
        #expect(access.credentials == .certificate("CERT", key: Secret("KEY")))
        #expect(access.trust == .authorities("CA ONE"))
    }

    @Test("tls-server-name verifies that name and dials the host of the URL")
    func serverName() throws {
        let access = try merged().access()
        #expect(access.server == "https://kubernetes.default:6443")
        #expect(access.connectTo == KubernetesAccess.Endpoint(host: "10.0.0.10", port: 6443))
    }

    @Test("Tokens, token files relative to their kubeconfig, proxies and missing verification are understood")
    func variety() throws {
        let config = try merged()
        let token = try config.access(context: "other")
        #expect(token.credentials == .token(Secret("s3cret")))
        #expect(token.trust == .anybody)
        #expect(token.proxy == "http://proxy:3128")
        #expect(try config.access(context: "file").credentials == .tokenFile("/etc/kube/tokens/admin"))
    }

    @Test(
        "What leads nowhere is named",
        arguments: [
            ("nowhere", "no context \"nowhere\""), ("broken", "unknown cluster \"three\""), ("plugin", "plugin aws"),
        ])
    func wrong(context: String, text: String) throws {
        let config = try merged()
        let fault = #expect(throws: Fault.self) { try config.access(context: context) }
        #expect(fault?.code == .usage)
        #expect(fault?.description.contains(text) == true)
    }

    @Test(
        "A wrong file is refused with the place",
        arguments: [
            ("clusters:\n- cluster: {server: x}\n", "kc:2:3"),
            ("clusters:\n- name: a\n  cluster: {}\n", "kc:3:12"),
            ("users:\n- name: a\n  user:\n    client-key-data: '%%'\n", "kc:4:22"),
            ("- a\n", "kc:1:1"),
        ])
    func malformed(text: String, place: String) {
        let fault = #expect(throws: Fault.self) { try Kubeconfig.parse(text, file: "kc") }
        #expect(fault?.location == place)
    }

    @Test("What is written reads back the same")
    func roundTrip() throws {
        let access = KubernetesAccess(
            server: "https://10.0.0.10:6443", trust: .authorities("CA"),
            credentials: .certificate("CERT", key: Secret("KEY")))
        let config = Kubeconfig(name: "demo", access: access)
        let read = try Kubeconfig.parse(config.yaml(), file: "kc")
        #expect(read == config)
        #expect(try read.access() == access)
        #expect(read.currentContext == "admin@demo")
        let whole = try merged()
        #expect(try Kubeconfig.parse(whole.yaml(), file: "/etc/kube/second").clusters == whole.clusters)
    }

    @Test("An empty file defines nothing", arguments: ["", "{}\n", "null\n"])
    func empty(text: String) throws {
        let config = try Kubeconfig.parse(text, file: "kc")
        #expect(config == Kubeconfig())
        #expect(throws: Fault.self) { try config.access() }
    }
}
