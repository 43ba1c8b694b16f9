import Core
import HTTPClient
import PKI
import Testing

@Suite("TLS: authorities, pins, client certificates")
struct TLSTests {
    let client = HTTPClient()

    /// A server that says on which connection it was asked, and by whom.
    private func withTLSServer(
        _ pki: TestPKI, requiringClients: Bool = false, _ body: @Sendable (Int) async throws -> Void
    ) async throws {
        try await withServer(tls: pki.context(requiringClients: requiringClients)) { connection in
            while try await connection.request() != nil {
                let name = try await connection.clientName() ?? "nobody"
                try await connection.respond("200 OK", body: "\(connection.number) \(name)")
            }
        } _: {
            try await body($0)
        }
    }

    private func ask(_ port: Int, _ tls: TLSSettings, host: String = "127.0.0.1") async throws -> String {
        let request = HTTPRequest(
            .get, "https://\(host):\(port)/", tls: tls,
            connectTo: host == "127.0.0.1" ? nil : .init(host: "127.0.0.1", port: port),
            deadline: .seconds(10))
        return String(decoding: try await client.collect(request).body, as: UTF8.self)
    }

    @Test("A server of a trusted Ed25519 authority is accepted, of another one or of the system's refused")
    func authorities() async throws {
        let (pki, other) = (try TestPKI(), try TestPKI())
        try await withTLSServer(pki) { port async throws in
            #expect(try await ask(port, TLSSettings(trust: pki.trust)) == "1 nobody")
            #expect(try await fault { _ = try await ask(port, TLSSettings(trust: other.trust)) }.code == .denied)
            #expect(try await fault { _ = try await ask(port, TLSSettings(trust: .system)) }.code == .denied)
        }
    }

    @Test("The name that is verified is the URL's, wherever the connection goes")
    func names() async throws {
        let pki = try TestPKI(dnsNames: ["node.example"])
        try await withTLSServer(pki) { port async throws in
            #expect(try await ask(port, TLSSettings(trust: pki.trust), host: "node.example") == "1 nobody")
            let wrong = try await fault {
                _ = try await ask(port, TLSSettings(trust: pki.trust), host: "other.example")
            }
            #expect(wrong.code == .denied)
        }
    }

    @Test("The pinned key is accepted alone or among others; another one is refused, even with a connection at hand")
    func pins() async throws {
        let (pki, other) = (try TestPKI(), try TestPKI())
        let (right, wrong) = (pki.server.certificate.spkiFingerprint, other.server.certificate.spkiFingerprint)
        try await withTLSServer(pki) { port async throws in
            #expect(try await ask(port, TLSSettings(trust: .pinned(spki: [right]))) == "1 nobody")
            #expect(try await ask(port, TLSSettings(trust: .pinned(spki: [right]))) == "1 nobody")
            let refused = try await fault { _ = try await ask(port, TLSSettings(trust: .pinned(spki: [wrong]))) }
            #expect(refused.code == .denied)
            #expect(refused.what.contains("pinned"))
            #expect(try await ask(port, TLSSettings(trust: .pinned(spki: [wrong, right]))).hasSuffix("nobody"))
        }
    }

    @Test("A connection is never reused under other TLS settings")
    func separation() async throws {
        let (pki, other) = (try TestPKI(), try TestPKI())
        let (first, second) = (try pki.client("first"), try pki.client("second"))
        try await withTLSServer(pki, requiringClients: true) { port async throws in
            let asFirst = TLSSettings(trust: pki.trust, identity: first)
            let asSecond = TLSSettings(trust: pki.trust, identity: second)
            let pinned = TLSSettings(trust: .pinned(spki: [pki.server.certificate.spkiFingerprint]), identity: first)
            #expect(try await ask(port, asFirst) == "1 first")
            #expect(try await ask(port, asSecond) == "2 second")
            #expect(try await ask(port, asFirst) == "1 first")
            #expect(try await ask(port, asSecond) == "2 second")
            #expect(try await ask(port, pinned) == "3 first")
            #expect(try await ask(port, TLSSettings(trust: .unverified, identity: first)) == "4 first")
            let distrusting = TLSSettings(trust: other.trust, identity: first)
            #expect(try await fault { _ = try await ask(port, distrusting) }.code == .denied)
            #expect(try await ask(port, pinned) == "3 first")
        }
    }

    @Test("A server that wants a client certificate refuses none and a stranger's")
    func refusedClients() async throws {
        let (pki, other) = (try TestPKI(), try TestPKI())
        try await withTLSServer(pki, requiringClients: true) { port async throws in
            let none = try await fault { _ = try await ask(port, TLSSettings(trust: pki.trust)) }
            #expect(none.code == .denied)
            let stranger = TLSSettings(trust: pki.trust, identity: try other.client("stranger"))
            #expect(try await fault { _ = try await ask(port, stranger) }.code == .denied)
        }
    }

    @Test(
        "An unverified response carries the certificate shown; looking at it needs no request and no client certificate"
    )
    func inspection() async throws {
        let pki = try TestPKI(commonName: "maintenance-service.talos.dev")
        try await withTLSServer(pki, requiringClients: true) { port async throws in
            let url = "https://127.0.0.1:\(port)/"
            #expect(try Certificate(pem: await client.inspectCertificate(url)) == pki.server.certificate)
            let tls = TLSSettings(trust: .unverified, identity: try pki.client("x"))
            let answer = try await client.collect(HTTPRequest(.get, url, tls: tls))
            #expect(try Certificate(pem: #require(answer.head.peerCertificatePEM)) == pki.server.certificate)
        }
        let plain = try await withServer({ try await $0.write("not TLS at all\r\n") }) { port async throws in
            try await fault { _ = try await client.inspectCertificate("https://127.0.0.1:\(port)/") }
        }
        #expect(plain.code == .unreachable)
    }

    @Test("A redirect is not followed with a client certificate")
    func redirectsWithIdentity() async throws {
        let pki = try TestPKI()
        try await withServer(tls: pki.context(requiringClients: true)) { connection in
            while try await connection.request() != nil {
                try await connection.respond("302 Found", ["Location: https://127.0.0.1:1/"])
            }
        } _: { port async throws in
            defer { client.close() }
            let tls = TLSSettings(trust: pki.trust, identity: try pki.client("x"))
            let answer = try await client.collect(HTTPRequest(.get, "https://127.0.0.1:\(port)/", tls: tls))
            #expect(answer.head.status == 302)
        }
    }
}
