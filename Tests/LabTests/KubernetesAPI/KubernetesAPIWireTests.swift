import Core
import Lab
import PKI
import Synchronization
import Testing

/// The API as a peer on the wire sees it, with curl.
@Suite struct KubernetesAPIWireTests {
    @Test(
        "unknown paths, methods and media types are refused with a Status",
        arguments: [
            ("GET", "/nothing", 404, "NotFound"), ("GET", "/apis/none.example/v1/things", 404, "NotFound"),
            ("GET", "/api/v1/namespaces/default/configmaps/c/status", 404, "NotFound"),
            ("GET", "/api/v1/namespaces/default/configmaps/none", 404, "NotFound"),
            ("GET", "/api/v1/namespaces/default/nodes", 404, "NotFound"),
            ("POST", "/version", 405, "MethodNotAllowed"),
            ("PUT", "/api/v1/namespaces/default/configmaps", 405, "MethodNotAllowed"),
            ("GET", "/api/v1/configmaps?labelSelector=a%20b%20c", 400, "BadRequest"),
            ("GET", "/api/v1/configmaps?limit=x", 400, "BadRequest"),
            ("GET", "/api/v1/configmaps?continue=x", 400, "BadRequest"),
            ("GET", "/openapi/v3/apis/none/v1", 404, "NotFound"), ("GET", "/../etc/passwd", 404, "NotFound"),
        ])
    func refusals(method: String, path: String, status: Int, reason: String) async throws {
        try await RunningAPI.with { api in
            let answer = try await api.call(method, path, options: ["--path-as-is"])
            #expect(answer.status == status)
            #expect(answer.json["kind"] == "Status" && answer.json["reason"]?.string == reason, "\(answer.text)")
            #expect(answer.json["code"]?.int == status)
        }
    }

    @Test(
        "a body that is no object of the path is refused",
        arguments: [
            ("{", 400), ("[]", 400), ("{}", 400), ("{\"kind\":\"ConfigMap\"}", 400), ("k8s\u{0}", 400),
            (#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"c"}}"#, 400),
            (#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"other"}}"#, 400),
            (#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","resourceVersion":"1"}}"#, 400),
            (#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{}}"#, 422),
            (#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"Bad_Name"}}"#, 422),
            (#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","labels":{"a":"b c"}}}"#, 422),
            (#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","annotations":{"a":1}}}"#, 422),
            (#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":1}}"#, 422),
            (#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","name":"d"}}"#, 400),
            (String(repeating: "[", count: 5000), 400),
        ])
    func bodies(text: String, status: Int) async throws {
        try await RunningAPI.with { api in
            let answer = try await api.call("POST", APISample.configMapPath, text: text)
            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.json["kind"] == "Status")
        }
    }

    @Test("bodies and headers have bounds, and the connection survives a body that is too large")
    func bounds() async throws {
        try await RunningAPI.with { api in
            let large = APISample.configMap("c", ["a": .string(String(repeating: "x", count: 4 << 20))])
            let answer = try await api.call("POST", APISample.configMapPath, large, options: ["-H", "Expect:"])
            #expect(answer.status == 413)
            #expect(answer.json["reason"] == "RequestEntityTooLarge")
            for version in ["--http1.1", "--http2"] {
                let header = "X: " + String(repeating: "x", count: 100_000)
                let answer = try await api.call("GET", "/readyz", options: [version, "-H", header])
                #expect(answer.status != 200)
            }
            #expect(try await api.call("GET", "/readyz").text == "ok")
        }
    }

    @Test(
        "HTTP/1.1 keeps the connection, HTTP/2 is spoken to clients that want it",
        arguments: [("--http1.1", "1.1"), ("--http2", "2")])
    func protocols(option: String, version: String) async throws {
        try await RunningAPI.with { api in
            let answer = try await api.call(
                "GET", "/version", options: [option, "-w", "%{http_version} %{num_connects}\\n", "\(api.url)/readyz"])
            #expect(answer.text.contains("v1.33.12"))
            #expect(
                answer.text.hasSuffix("ok\(version) 1\n") || answer.text.contains("\(version) 0\n"), "\(answer.text)")
            let head = try await api.call("GET", "/readyz", options: [option, "--head"])
            #expect(head.status == 200)
        }
    }

    @Test("without a certificate of the authority there is no connection")
    func clientCertificates() async throws {
        try await RunningAPI.with { api in
            let stranger = try CertificateAuthority.create(.kubernetes, clock: SystemWallClock()).issue(
                CertificateRequest(commonName: "admin", usage: .client, validity: .seconds(60)),
                clock: SystemWallClock())
            try FileStore.replace(api.directory + "/other.crt", with: Array(stranger.certificate.pem.utf8))
            try FileStore.replace(api.directory + "/other.key", with: Array(stranger.key.pkcs8PEM.utf8))
            let base = ["curl", "-sS", "--cacert", "\(api.directory)/ca.crt", "\(api.url)/readyz"]
            #expect(try await APICommand.run(base).isSuccess == false)
            let other = ["--cert", "\(api.directory)/other.crt", "--key", "\(api.directory)/other.key"]
            #expect(try await APICommand.run(base + other).isSuccess == false)
            #expect(api.log.recent.isEmpty)
        }
    }

    @Test("the access log names client, call, status, and whether something was written")
    func accessLog() async throws {
        try await RunningAPI.with { api in
            _ = try await api.call(
                "POST", APISample.configMapPath, APISample.configMap("c"), options: ["-A", "tester/1"])
            _ = try await api.call("POST", APISample.configMapPath + "?dryRun=All", APISample.configMap("d"))
            _ = try await api.call("POST", APISample.configMapPath, APISample.configMap("c"))
            _ = try await api.call("GET", APISample.configMapPath + "?watch=1&timeoutSeconds=0")
            _ = try await api.call("DELETE", APISample.configMapPath + "/c")
            let lines = try FileStore.readText(api.directory + "/access.jsonl").split(separator: "\n")
            let entries = try lines.map { try JSON(parsing: String($0)) }
            #expect(entries.map { $0["seq"]?.int } == [1, 2, 3, 4, 5])
            #expect(entries.map { $0["write"]?.bool } == [true, false, false, false, true])
            #expect(entries.map { $0["status"]?.string } == ["201", "201", "409", "200", "200"])
            #expect(entries[0]["client"] == "tester/1 (admin)")
            #expect(entries[0]["call"]?.string == "POST " + APISample.configMapPath)
            #expect(entries[3]["call"]?.string == "WATCH " + APISample.configMapPath)
            #expect(entries[0]["node"] == "node-1" && entries[0]["service"] == "kubernetes")
        }
    }

    @Test("several addresses serve one store; one that stops frees its port and breaks its watches")
    func listeners() async throws {
        try await RunningAPI.with { api in
            _ = try await api.call("POST", APISample.configMapPath, APISample.configMap("c"))
            let other = ListenerMailbox()
            for _ in 1...2 {
                let result = try await APIListening.during(
                    api.api, address: "127.20.1.2", port: other.port, node: "node-2"
                ) { port in
                    other.port = port
                    let twin = RunningAPI(
                        api: api.api, log: api.log, directory: api.directory, port: port, host: "127.20.1.2")
                    #expect(try await twin.object(APISample.configMapPath + "/c")["data"] == ["a": "1"])
                    other.watch = Task {
                        try await twin.call("GET", APISample.configMapPath + "?watch=1&timeoutSeconds=60")
                    }
                    try await api.log.eventually { $0.contains { $0.node == "node-2" && $0.call.hasPrefix("WATCH") } }
                }
                try result.get()
                let stopped = ContinuousClock.now
                _ = try await other.watch?.value
                #expect(stopped.duration(to: .now) < .seconds(30), "the watch outlives its listener")
            }
            let refused = try await APICommand.run(["curl", "-sS", "-k", "https://127.20.1.2:\(other.port)/readyz"])
            #expect(refused.status == 7)
            await #expect(throws: Fault.self) {
                _ = try await APIListening.during(api.api, port: api.port) { _ in }
            }
            #expect(try await api.call("GET", "/readyz").text == "ok")
        }
    }

    @Test("discovery is plain for those who ask so, aggregated for the others, and follows CRDs")
    func discovery() async throws {
        try await RunningAPI.with { api in
            #expect(try await api.object("/api")["versions"] == ["v1"])
            #expect(try await api.object("/apis/apps")["preferredVersion"]?["groupVersion"] == "apps/v1")
            let names = try await api.object("/api/v1")["resources"]?.array?.compactMap { $0["name"]?.string } ?? []
            #expect(names.contains("secrets") && names.contains("nodes/status"))
            #expect(try await api.call("GET", "/apis/example.com/v1").status == 404)
            try await api.defineWidgets()
            let widgets = try await api.object("/apis/example.com/v1")["resources"]?[0]
            #expect(widgets?["shortNames"] == ["wd"] && widgets?["namespaced"] == true)
            let accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
            let aggregated = try await api.call("GET", "/apis", options: ["-H", "Accept: \(accept)"])
            #expect(
                aggregated.headers.lowercased().contains(
                    "content-type: application/json;g=apidiscovery.k8s.io;v=v2;as="))
            let group = aggregated.json["items"]?.array?.first { $0["metadata"]?["name"] == "example.com" }
            let resource = group?["versions"]?[0]?["resources"]?[0]
            #expect(
                resource?["responseKind"]?["kind"] == "Widget"
                    && resource?["subresources"]?[0]?["subresource"] == "status")
            let etag = aggregated.headers.split(separator: "\r\n").first { $0.lowercased().hasPrefix("etag: ") }?
                .dropFirst(6)
            let again = try await api.call(
                "GET", "/apis", options: ["-H", "Accept: \(accept)", "-H", "If-None-Match: \(etag ?? "")"])
            #expect(again.status == 304)
        }
    }
}

/// What one closure of a test leaves for another.
private final class ListenerMailbox: Sendable {
    private struct State {
        var port = 0
        var watch: Task<RunningAPI.Answer, any Error>?
    }

    private let state = Mutex(State())

    var port: Int {
        get { state.withLock { $0.port } }
        set { state.withLock { $0.port = newValue } }
    }

    var watch: Task<RunningAPI.Answer, any Error>? {
        get { state.withLock { $0.watch } }
        set { state.withLock { $0.watch = newValue } }
    }
}
