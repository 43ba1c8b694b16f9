import Core
import Kubernetes
import Synchronization
import Testing

@Suite struct ManifestTests {
    private static let definition: JSON = [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "widgets.example.org"],
        "spec": [
            "group": "example.org", "scope": "Cluster", "names": ["kind": "Widget", "plural": "widgets"],
            "versions": [["name": "v1", "served": true, "storage": true]],
        ],
    ]

    @Test("Custom resources wait until their definition is established and served")
    func waits() async throws {
        let looks = Mutex(0)
        let transport = ScriptedTransport { request, _ in
            let path = request.target.prefix { $0 != "?" }
            if request.method == "PATCH" { return .status(200, [:]) }
            if path == "/apis/example.org/v1" {
                return .status(200, ["resources": [["name": "widgets", "kind": "Widget", "namespaced": false]]])
            }
            if path == "/apis/example.org/v1/widgets" {
                return looks.withLock { $0 } < 3 ? .text(404, "404 page not found") : .status(200, list([], version: 1))
            }
            var live = Self.definition
            let count = looks.withLock { looks in
                looks += 1
                return looks
            }
            if count >= 2 { live["status"] = ["conditions": [["type": "Established", "status": "True"]]] }
            return .status(200, live)
        }
        let client = KubernetesClient(transport: transport, behaviour: .quick)
        let widget = KubernetesObject(["apiVersion": "example.org/v1", "kind": "Widget", "metadata": ["name": "w"]])
        let applied = Mutex<[String]>([])
        try await client.applyManifest(
            [widget, KubernetesObject(Self.definition)], fieldManager: "me", poll: .milliseconds(1)
        ) { _ in applied.withLock { $0.append("") } }
        #expect(applied.withLock { $0.count } == 2)
        let patches = transport.requests.filter { $0.method == "PATCH" }.map(\.target)
        #expect(
            patches == [
                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.org?fieldManager=me&force=true",
                "/apis/example.org/v1/widgets/w?fieldManager=me&force=true",
            ])
        #expect(looks.withLock { $0 } == 3)
    }

    @Test("A definition that is never established is named when the deadline passes")
    func deadline() async {
        let transport = ScriptedTransport { _, _ in .status(200, Self.definition) }
        let client = KubernetesClient(transport: transport, behaviour: .quick)
        let fault = await #expect(throws: Fault.self) {
            try await client.applyManifest(
                [KubernetesObject(Self.definition)], fieldManager: "me", deadline: .milliseconds(5),
                poll: .milliseconds(1))
        }
        #expect(fault?.code == .timeout)
        #expect(fault?.why == "widgets.example.org")
    }
}
