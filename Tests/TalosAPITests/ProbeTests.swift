import Core
import HTTPClient
import PKI
import Testing

@testable import TalosAPI

@Suite("Which personality answers")
struct ProbeTests {
    let http = HTTPClient()

    @Test(
        "A node of the cluster, one in maintenance mode and a stranger are told apart, whether they ask for a certificate or not",
        arguments: [true, false])
    func personalities(_ asksForClients: Bool) async throws {
        let (cluster, other) = (try Cluster(), try Cluster())
        let maintenance = try other.node(commonName: "maintenance-service.talos.dev")
        let stranger = try other.node()
        let impostor = try cluster.node(commonName: "maintenance-service.talos.dev")
        let expected: [(Identity, NodePresence)] = [
            (try cluster.node(), .configured), (impostor, .configured),
            (maintenance, .maintenance(spkiFingerprint: maintenance.certificate.spkiFingerprint)),
            (stranger, .foreign(fingerprint: stranger.certificate.spkiFingerprint)),
        ]
        let probe = TalosProbe(http: http, authority: cluster.authority.certificate)
        for (identity, presence) in expected {
            let node = ScriptedNode(
                identity: identity, clients: asksForClients ? cluster.authority.certificate : nil)
            try await node.run { port, _ in
                #expect(await probe.presence(of: TalosEndpoint("127.0.0.1", port: port)) == presence)
            }
        }
    }

    @Test("Before there is a cluster, a node with certificates of one is foreign")
    func withoutAuthority() async throws {
        let cluster = try Cluster()
        let node = ScriptedNode(identity: try cluster.node())
        let fingerprint = node.identity.certificate.spkiFingerprint
        try await node.run { port, _ in
            let presence = await TalosProbe(http: http, authority: nil).presence(
                of: TalosEndpoint("127.0.0.1", port: port))
            #expect(presence == .foreign(fingerprint: fingerprint))
        }
    }

    @Test("Nothing there is absent, with the reason")
    func absent() async throws {
        let presence = await TalosProbe(http: http, authority: nil).presence(of: TalosEndpoint("127.0.0.1", port: 1))
        guard case .absent(let reason) = presence else { return #expect(Bool(false), "it is \(presence)") }
        #expect(reason.contains("no connection"))
    }

    @Test("Endpoints are written with their port, IPv6 in brackets")
    func endpoints() {
        #expect(TalosEndpoint("10.0.0.5").description == "10.0.0.5:50000")
        #expect(TalosEndpoint("fd00::5", port: 1, name: "cp1").description == "cp1 ([fd00::5]:1)")
    }
}
