import Core
import Kubernetes
import Testing

@Suite struct ObjectTests {
    @Test("A condition keeps its transition time until its status changes")
    func transitionTimes() {
        var conditions: [Condition] = []
        conditions.set(Condition("Ready", .unknown, reason: "Progressing"), now: Timestamp(seconds: 1))
        conditions.set(Condition("Ready", .unknown, reason: "StillProgressing"), now: Timestamp(seconds: 2))
        #expect(conditions[type: "Ready"]?.lastTransitionTime == Timestamp(seconds: 1))
        #expect(conditions[type: "Ready"]?.reason == "StillProgressing")
        conditions.set(Condition("Ready", .yes, reason: "Succeeded"), now: Timestamp(seconds: 3))
        #expect(conditions[type: "Ready"]?.lastTransitionTime == Timestamp(seconds: 3))
        #expect(conditions.count == 1)
    }

    @Test("Metadata that is set reads back, and nil takes it out")
    func metadata() {
        var object = KubernetesObject(.secret, name: "s", namespace: "n", labels: ["a": "b"])
        object.finalizers = ["f"]
        object.ownerReferences = [OwnerReference(apiVersion: "v1", kind: "Node", name: "x", uid: "u", controller: true)]
        object.resourceVersion = "5"
        object.resourceVersion = nil
        #expect(object.key.description == "n/s")
        #expect(object.hasOwner(uid: "u"))
        #expect(
            object.json == [
                "apiVersion": "v1", "kind": "Secret",
                "metadata": [
                    "name": "s", "namespace": "n", "labels": ["a": "b"], "finalizers": ["f"],
                    "ownerReferences": [
                        ["apiVersion": "v1", "kind": "Node", "name": "x", "uid": "u", "controller": true]
                    ],
                ],
            ])
    }

    struct Case: Sendable {
        let json: String
        let health: ObjectHealth
    }

    @Test(
        "Health follows kstatus",
        arguments: [
            Case(json: #"{"kind":"Secret","metadata":{}}"#, health: .current),
            Case(json: #"{"kind":"X","metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"}}"#, health: .terminating),
            Case(
                json: #"{"kind":"X","metadata":{"generation":2},"status":{"observedGeneration":1}}"#,
                health: .inProgress("generation 2 has not been observed")),
            Case(
                json: #"{"kind":"X","status":{"conditions":[{"type":"Stalled","status":"True","message":"m"}]}}"#,
                health: .failed("m")),
            Case(
                json: #"{"kind":"X","status":{"conditions":[{"type":"Reconciling","status":"True","message":"m"}]}}"#,
                health: .inProgress("m")),
            Case(
                json: #"{"kind":"X","status":{"conditions":[{"type":"Ready","status":"False","message":"m"}]}}"#,
                health: .inProgress("m")),
            Case(json: #"{"kind":"X","status":{"conditions":[{"type":"Ready","status":"True"}]}}"#, health: .current),
            Case(
                json:
                    #"{"kind":"CustomResourceDefinition","status":{"conditions":[{"type":"Established","status":"True"}]}}"#,
                health: .current),
            Case(json: #"{"kind":"CustomResourceDefinition"}"#, health: .inProgress("not established")),
            Case(
                json:
                    #"{"kind":"CustomResourceDefinition","status":{"conditions":[{"type":"NamesAccepted","status":"False","message":"m"}]}}"#,
                health: .failed("m")),
            Case(json: #"{"kind":"Deployment","spec":{"replicas":1}}"#, health: .inProgress("updatedReplicas: 0/1")),
            Case(
                json:
                    #"{"kind":"Deployment","spec":{"replicas":1},"status":{"updatedReplicas":1,"readyReplicas":1,"availableReplicas":1,"conditions":[{"type":"Available","status":"True"}]}}"#,
                health: .current),
        ])
    func health(_ row: Case) throws {
        #expect(KubernetesObject(try JSON(parsing: row.json)).health == row.health)
    }

    @Test("A manifest is sorted so that each object finds what it needs")
    func order() {
        func object(_ kind: String, _ name: String, _ apiVersion: String = "v1") -> KubernetesObject {
            KubernetesObject([
                "apiVersion": .string(apiVersion), "kind": .string(kind), "metadata": ["name": .string(name)],
            ])
        }
        let sorted = ManifestOrder.sorted([
            object("ValidatingWebhookConfiguration", "w"), object("Deployment", "d"), object("Widget", "b", "z.org/v1"),
            object("Widget", "a", "a.org/v1"), object("ServiceAccount", "s"), object("Namespace", "n2"),
            object("Namespace", "n1"), object("CustomResourceDefinition", "c"), object("Service", "v"),
        ])
        #expect(sorted.map(\.name) == ["c", "n1", "n2", "s", "v", "d", "a", "b", "w"])
        #expect(sorted.filter(ManifestOrder.isFirstStage).map(\.name) == ["c", "n1", "n2"])
    }

    @Test("Pauses double up to the cap and jitter only shortens them")
    func backoff() {
        let plain = Backoff(base: .milliseconds(10), cap: .milliseconds(50), jitter: 0)
        #expect((1...5).map { plain.pause(after: $0) } == [10, 20, 40, 50, 50].map { .milliseconds($0) })
        #expect(plain.pause(after: 1_000_000) == .milliseconds(50))
        let jittered = Backoff(base: .milliseconds(10), cap: .milliseconds(50), jitter: 0.5)
        for failures in 1...100 {
            let pause = jittered.pause(after: failures)
            #expect(pause <= plain.pause(after: failures) && pause >= plain.pause(after: failures) / 2)
        }
    }
}
