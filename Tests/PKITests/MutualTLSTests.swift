import Core
import Glibc
import PKI
import Testing

/// openssl's own server and client shake hands with our certificates.
@Suite struct MutualTLSTests {
    @Test(
        "A TLS 1.3 server and client know each other by our certificates",
        arguments: [
            CertificateAuthority.Profile.talos, .kubernetes,
        ])
    func handshake(profile: CertificateAuthority.Profile) throws {
        let clock = SystemWallClock()
        let workspace = try Workspace()
        let authority = try CertificateAuthority.create(profile, clock: clock, backdate: .seconds(60))
        let loopback = IPAddress(v4: 127, 0, 0, 1)
        let server = try authority.issue(
            .init(
                commonName: "node", usage: .server, ipAddresses: [loopback], validity: .seconds(600),
                backdate: .seconds(60)), clock: clock)
        let client = try authority.issue(
            .init(organizations: ["os:admin"], usage: .client, validity: .seconds(600), backdate: .seconds(60)),
            clock: clock)
        let ca = try workspace.write("ca.pem", authority.certificate.pem)
        let serverFile = try workspace.write("server.pem", server.certificate.pem + server.key.pkcs8PEM)
        let clientFile = try workspace.write("client.pem", client.certificate.pem + client.key.pkcs8PEM)
        let listener = try Listener(
            [
                "openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-cert", serverFile, "-CAfile", ca,
                "-Verify", "1", "-verify_return_error", "-www",
            ],
            output: "\(workspace.path)/server.log")
        defer { listener.stop() }
        let port = try listener.port()
        let shown = try Tool.run(
            [
                "openssl", "s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", ca, "-cert", clientFile,
                "-verify_return_error", "-verify_ip", "127.0.0.1", "-tls1_3", "-ign_eof",
            ], input: "GET / HTTP/1.0\r\n\r\n")
        #expect(shown.output.contains("Verify return code: 0 (ok)"))
        #expect(shown.output.contains("Verification: OK"))
        #expect(shown.output.contains("HTTP/1.0 200 ok"))
        #expect(shown.output.contains("Subject: O=os:admin\n"))
    }
}

/// A server process that says on its output which port it took.
private final class Listener {
    private let pid: pid_t
    private let output: String

    init(_ arguments: [String], output: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var vector = arguments.map { strdup($0) } + [nil]
        defer { vector.forEach { free($0) } }
        var pid: pid_t = 0
        guard posix_spawnp(&pid, arguments[0], &actions, nil, &vector, environ) == 0 else {
            throw Fault(.failed, "cannot start \(arguments[0])")
        }
        self.pid = pid
        self.output = output
    }

    func port() throws -> Int {
        let deadline = SystemWallClock().now.advanced(by: .seconds(20))
        while SystemWallClock().now < deadline {
            let lines = (try? FileStore.readText(output))?.split(separator: "\n") ?? []
            if let line = lines.first(where: { $0.hasPrefix("ACCEPT ") }),
                let port = line.split(separator: ":").last.flatMap({ Int($0) })
            {
                return port
            }
            usleep(2000)
        }
        throw Fault(.timeout, "the server did not listen: \((try? FileStore.readText(output)) ?? "")")
    }

    func stop() {
        kill(pid, SIGTERM)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    }
}
