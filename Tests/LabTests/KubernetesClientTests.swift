import Core
import HTTPClient
import Kubernetes
import Lab
import PKI
import Synchronization
import Testing

/// The client of the Kubernetes room against the lab's API server, over TLS on loopback.
@Suite(.timeLimit(.minutes(2))) struct KubernetesClientTests {
    private func configMap(
        _ name: String, _ data: [String: String] = [:], namespace: String = "default"
    )
        -> KubernetesObject
    {
        KubernetesObject(
            .configMap, name: name, namespace: namespace, fields: ["data": .object(data.mapValues(JSON.string))])
    }

    @Test("Objects are created, read, listed by page and selector, replaced, patched and deleted")
    func lifecycle() async throws {
        try await LabCluster.run { cluster in
            let client = try KubernetesClient(
                access: cluster.access, http: cluster.http, userAgent: "pages/1",
                behaviour: KubernetesClient.Behaviour(pageSize: 3))
            for index in 0..<10 {
                var object = configMap("cm-\(index)", ["i": "\(index)"])
                object.labels = ["parity": index.isMultiple(of: 2) ? "even" : "odd"]
                try await client.create(object)
            }
            #expect(
                try await client.list(.configMap, namespace: "default").items.map(\.name) == (0..<10).map { "cm-\($0)" }
            )
            #expect(try await client.list(.configMap, labels: "parity=even").items.count == 5)
            #expect(try await client.list(.configMap, fields: "metadata.name=cm-3").items.map(\.name) == ["cm-3"])
            var first = try #require(try await client.get(.configMap, "cm-0", namespace: "default"))
            let stale = first
            first["data", "i"] = "new"
            let replaced = try await client.replace(first)
            let conflict = await #expect(throws: KubernetesError.self) { try await client.replace(stale) }
            #expect(conflict?.isConflict == true)
            let guarded = await #expect(throws: KubernetesError.self) {
                try await client.mergePatch(
                    .configMap, "cm-0", namespace: "default", ["data": ["x": "y"]],
                    resourceVersion: stale.resourceVersion)
            }
            #expect(guarded?.isConflict == true)
            let merged = try await client.mergePatch(
                .configMap, "cm-0", namespace: "default", ["data": ["i": .null, "x": "y"]],
                resourceVersion: replaced.resourceVersion)
            #expect(merged["data"] == ["x": "y"])
            let test: JSON = ["op": "test", "path": "/data/x", "value": "z"]
            let add: JSON = ["op": "add", "path": "/data/n", "value": "1"]
            await #expect(throws: KubernetesError.self) {
                try await client.jsonPatch(.configMap, "cm-0", namespace: "default", [test, add])
            }
            #expect(try await client.jsonPatch(.configMap, "cm-0", namespace: "default", [add])["data", "n"] == "1")
            let exists = await #expect(throws: KubernetesError.self) { try await client.create(configMap("cm-0")) }
            #expect(exists?.isAlreadyExists == true)
            let precondition = await #expect(throws: KubernetesError.self) {
                try await client.delete(.configMap, "cm-0", namespace: "default", uid: "other")
            }
            #expect(precondition?.isConflict == true)
            #expect(try await client.delete(.configMap, "cm-0", namespace: "default", uid: merged.uid))
            #expect(try await client.delete(.configMap, "cm-0", namespace: "default") == false)
            #expect(try await client.get(.configMap, "cm-0", namespace: "default") == nil)
        }
    }

    @Test("Server-side apply owns fields: conflicts name the manager, force takes over, dropped fields go")
    func apply() async throws {
        try await LabCluster.run { cluster in
            let client = cluster.client
            try await client.apply(configMap("c", ["a": "1", "b": "1"]), fieldManager: "one")
            let error = await #expect(throws: KubernetesError.self) {
                try await client.apply(configMap("c", ["a": "2"]), fieldManager: "two")
            }
            #expect(error?.fieldConflicts.map(\.field) == [".data.a"])
            #expect(error?.fieldConflicts.first?.message.contains("\"one\"") == true)
            let dry = try await client.apply(configMap("c", ["a": "2"]), fieldManager: "two", force: true, dryRun: true)
            #expect(dry["data", "a"] == "2")
            #expect(try await client.get(.configMap, "c", namespace: "default")?["data", "a"] == "1")
            try await client.apply(configMap("c", ["a": "2"]), fieldManager: "two", force: true)
            let dropped = try await client.apply(configMap("c", [:]), fieldManager: "one")
            #expect(dropped["data"] == ["a": "2"])
            let before = dropped.resourceVersion
            let same = try await client.apply(configMap("c", ["a": "2"]), fieldManager: "two")
            #expect(same.resourceVersion == before)
        }
    }

    @Test("A watch tells changes in order and ends when its task is cancelled")
    func watches() async throws {
        try await LabCluster.run { cluster in
            let client = cluster.client
            let version = try await client.list(.configMap, namespace: "default").resourceVersion
            let seen = Mutex<[String]>([])
            let task = Task {
                for try await event in client.watch(.configMap, namespace: "default", resourceVersion: version) {
                    seen.withLock { $0.append("\(event.kind.rawValue) \(event.object.kind) \(event.object.name)") }
                }
            }
            try await client.create(configMap("a"))
            try await client.apply(configMap("a", ["x": "1"]), fieldManager: "m")
            try await client.delete(.configMap, "a", namespace: "default")
            #expect(try await eventually { seen.withLock { $0.count } == 3 })
            #expect(seen.withLock { $0 } == ["ADDED ConfigMap a", "MODIFIED ConfigMap a", "DELETED ConfigMap a"])
            let started = ContinuousClock.now
            task.cancel()
            _ = await task.result
            #expect(ContinuousClock.now - started < .seconds(2))
        }
    }

    @Test("A watch from a version that the server has forgotten says so")
    func gone() async throws {
        try await LabCluster.run { cluster in
            let client = cluster.client
            let version = try await client.list(.configMap).resourceVersion
            for index in 0..<5 { try await client.create(configMap("c\(index)")) }
            await cluster.kubernetes.compact()
            let error = await #expect(throws: KubernetesError.self) {
                for try await _ in client.watch(.configMap, resourceVersion: version) {}
            }
            #expect(error?.isGone == true)
        }
    }

    @Test("An informer ends with the server's truth through compactions, short connections and many writers")
    func informerUnderChurn() async throws {
        let options = LabKubernetes.Options(historyLimit: 20, bookmarkInterval: .milliseconds(20))
        try await LabCluster.run(options: options) { cluster in
            let timing = Informer.Timing(
                backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(20)), watchTimeout: .seconds(1))
            let informer = Informer(client: cluster.client, type: .configMap, namespace: "default", timing: timing)
            let replica = Mutex<[String: String]>([:])
            let regressions = Mutex(0)
            informer.onChange { change in
                replica.withLock { replica in
                    let number = change.new.flatMap { $0["data", "n"]?.string }
                    if let number, let known = replica[change.key.name], (Int(known) ?? 0) > (Int(number) ?? 0) {
                        regressions.withLock { $0 += 1 }
                    }
                    replica[change.key.name] = number
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await informer.run() }
                try await informer.waitUntilSynced()
                try await churn(cluster)
                let truth = try await cluster.client.list(.configMap, namespace: "default").items
                let wanted = Dictionary(
                    uniqueKeysWithValues: truth.map { ($0.name, $0["data", "n"]?.string ?? "") })
                #expect(try await eventually { replica.withLock { $0 } == wanted })
                #expect(Set(informer.objects.map(\.resourceVersion)) == Set(truth.map(\.resourceVersion)))
                #expect(regressions.withLock { $0 } == 0)
                group.cancelAll()
            }
        }
    }

    private func churn(_ cluster: LabCluster) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for round in 1...60 {
                        let name = "w\(writer)-\(round % 7)"
                        if round.isMultiple(of: 5) {
                            try await cluster.client.delete(.configMap, name, namespace: "default")
                        } else {
                            try await cluster.client.apply(
                                configMap(name, ["n": "\(round)"]), fieldManager: "m", force: true)
                        }
                        if round.isMultiple(of: 20) { await cluster.kubernetes.compact() }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("Another place can be dialled while the name is still verified")
    func connectTo() async throws {
        try await LabCluster.run { cluster in
            var access = cluster.access
            let port = try #require(access.server.split(separator: ":").last.flatMap { Int($0) })
            access.server = "https://kubernetes:6443"
            access.connectTo = KubernetesAccess.Endpoint(host: "127.0.0.1", port: port)
            let client = try KubernetesClient(access: access, http: cluster.http)
            #expect(try await client.isServerReady())
            access.server = "https://wrong.example.org:6443"
            let wrong = try KubernetesClient(
                access: access, http: cluster.http, behaviour: KubernetesClient.Behaviour(attempts: 1))
            let fault = await #expect(throws: Fault.self) { try await wrong.get(.node, "n") }
            #expect(fault?.code == .denied)
        }
    }

    @Test("The kubeconfig that we write leads to the same cluster, and the server's log knows who called")
    func kubeconfig() async throws {
        try await LabCluster.run { cluster in
            let text = Kubeconfig(name: "lab", access: cluster.access).yaml()
            let client = try KubernetesClient(
                access: Kubeconfig.parse(text, file: "kubeconfig").access(), http: cluster.http, userAgent: "caller/7")
            #expect(try await client.serverVersion() == "v1.33.12")
            try await client.create(configMap("c"))
            let entry = try #require(cluster.log.recent.last { $0.write })
            #expect(entry.client.contains("caller/7"))
        }
    }

    @Test("A server with an authority that we do not know is refused")
    func unknownAuthority() async throws {
        try await LabCluster.run { cluster in
            var access = cluster.access
            let other = try CertificateAuthority.create(.kubernetes, clock: SystemWallClock())
            access.trust = .authorities(other.certificate.pem)
            let client = try KubernetesClient(
                access: access, http: cluster.http, behaviour: KubernetesClient.Behaviour(attempts: 1))
            let fault = await #expect(throws: Fault.self) { try await client.get(.node, "n") }
            #expect(fault?.code == .denied)
        }
    }

    @Test("The manifests of Flux and Cozystack apply in order, and applying them again changes nothing")
    func manifests() async throws {
        try await LabCluster.run { cluster in
            try await cluster.installFlux()
            #expect(try await cluster.client.list(.customResourceDefinition).items.count == 17)
            let before = try await cluster.client.list(.customResourceDefinition).items.map(\.resourceVersion)
            try await cluster.installFlux()
            #expect(try await cluster.client.list(.customResourceDefinition).items.map(\.resourceVersion) == before)
            #expect(try await cluster.client.list(.helmRelease).items.isEmpty)
        }
    }

    @Test("Of several processes one at a time holds a lease, and it goes on to the next")
    func lease() async throws {
        try await LabCluster.run { cluster in
            let timing = LeaseElection.Timing(
                duration: .seconds(2), renewDeadline: .seconds(1), retry: .milliseconds(30))
            let holders = Mutex((now: 0, most: 0, order: [String]()))
            let contend: @Sendable (String) async throws -> Void = { name in
                let election = LeaseElection(
                    client: cluster.client, namespace: "kube-system", name: "l", identity: name, timing: timing)
                try await election.run {
                    holders.withLock { holders in
                        holders.now += 1
                        holders.most = max(holders.most, holders.now)
                        holders.order.append(name)
                    }
                    try await Task.sleep(for: .milliseconds(100))
                    holders.withLock { $0.now -= 1 }
                }
            }
            async let first: Void = contend("a")
            async let second: Void = contend("b")
            async let third: Void = contend("c")
            _ = try await (first, second, third)
            let result = holders.withLock { $0 }
            #expect(result.most == 1)
            #expect(result.order.sorted() == ["a", "b", "c"])
            let lease = try #require(try await cluster.client.get(.lease, "l", namespace: "kube-system"))
            #expect(lease["spec", "holderIdentity"] == "")
        }
    }

    @Test("A holder whose lease was taken away stops its work and says so")
    func leaseLost() async throws {
        try await LabCluster.run { cluster in
            let timing = LeaseElection.Timing(
                duration: .seconds(2), renewDeadline: .milliseconds(300), retry: .milliseconds(20))
            let election = LeaseElection(
                client: cluster.client, namespace: "kube-system", name: "l", identity: "me", timing: timing)
            let stopped = Mutex(false)
            let fault = await #expect(throws: Fault.self) {
                try await election.run {
                    try await cluster.client.mergePatch(
                        .lease, "l", namespace: "kube-system", ["spec": ["holderIdentity": "thief"]])
                    do {
                        try await Task.sleep(for: .seconds(60))
                    } catch {
                        stopped.withLock { $0 = true }
                        throw error
                    }
                }
            }
            #expect(fault?.code == .conflict)
            #expect(stopped.withLock { $0 })
            let lease = try #require(try await cluster.client.get(.lease, "l", namespace: "kube-system"))
            #expect(lease["spec", "holderIdentity"] == "thief")
        }
    }
}
