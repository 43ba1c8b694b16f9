import Core
import Kubernetes
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct InformerTests {
    private static let timing = Informer.Timing(backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(5)))

    private func isWatch(_ request: KubernetesRequest) -> Bool { request.target.contains("watch=1") }

    /// Runs an informer until a condition over it holds, and gives back what it told.
    private func run(
        _ transport: ScriptedTransport, until condition: @escaping @Sendable (Informer) -> Bool
    ) async -> (changes: [String], names: [String]) {
        let client = KubernetesClient(transport: transport, behaviour: .quick)
        let informer = Informer(client: client, type: .node, timing: Self.timing)
        let told = Mutex<[String]>([])
        informer.onChange { change in
            let sign = change.isDeletion ? "-" : change.old == nil ? "+" : "~"
            told.withLock { $0.append("\(sign)\(change.object.name)@\(change.object.resourceVersion ?? "")") }
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await informer.run() }
            #expect(await eventually { condition(informer) })
            group.cancelAll()
        }
        return (told.withLock { $0 }, informer.objects.map(\.name).sorted())
    }

    @Test("It lists, then follows the watch in order")
    func follows() async {
        let transport = ScriptedTransport { request, _ in
            guard isWatch(request) else { return .status(200, list([node("a", version: 1)], version: 10)) }
            return .watch(
                [
                    event("ADDED", node("b", version: 11)), event("MODIFIED", node("a", version: 12)),
                    event("DELETED", node("b", version: 13)) + event("ADDED", node("c", version: 14)),
                ], then: .hang)
        }
        let result = await run(transport) { $0.get("c") != nil }
        #expect(result.changes == ["+a@1", "+b@11", "~a@12", "-b@13", "+c@14"])
        #expect(result.names == ["a", "c"])
        #expect(transport.requests[1].target.contains("resourceVersion=10&"))
        #expect(transport.requests[1].target.contains("allowWatchBookmarks=true"))
    }

    @Test("It goes on from the last bookmark when a connection ends or breaks", arguments: [true, false])
    func reconnects(breaks: Bool) async {
        let transport = ScriptedTransport { request, index in
            guard isWatch(request) else { return .status(200, list([], version: 10)) }
            if index == 1 {
                let chunks = [event("ADDED", node("a", version: 11)), event("BOOKMARK", node("", version: 40))]
                return .watch(chunks, then: breaks ? .fault(Fault(.unreachable, "reset")) : .close)
            }
            return .watch([event("ADDED", node("b", version: 41))], then: .hang)
        }
        let result = await run(transport) { $0.count == 2 }
        #expect(result.changes == ["+a@11", "+b@41"])
        #expect(transport.requests.count == 3)
        #expect(transport.requests[2].target.contains("resourceVersion=40&"))
    }

    @Test(
        "A version that is too old, said in either way, leads to a new list that loses nothing",
        arguments: [true, false])
    func relists(asEvent: Bool) async {
        let transport = ScriptedTransport { request, index in
            if !isWatch(request) {
                return index == 0
                    ? .status(200, list([node("a", version: 1), node("b", version: 2)], version: 10))
                    : .status(200, list([node("b", version: 5), node("c", version: 6)], version: 20))
            }
            if index == 1 {
                return asEvent
                    ? .watch([event("ERROR", status(410, "Expired"))], then: .close)
                    : .status(410, status(410, "Gone"))
            }
            return .watch([event("MODIFIED", node("c", version: 21))], then: .hang)
        }
        let result = await run(transport) { $0.get("c")?.resourceVersion == "21" }
        #expect(result.changes == ["+a@1", "+b@2", "-a@1", "~b@5", "+c@6", "~c@21"])
        #expect(result.names == ["b", "c"])
        #expect(transport.requests.last?.target.contains("resourceVersion=20&") == true)
    }

    @Test("Errors are waited out and told; what did not change is not told again")
    func waitsOut() async {
        let transport = ScriptedTransport { request, index in
            if isWatch(request) {
                return index < 6 ? .fault(Fault(.unreachable, "refused")) : .watch([], then: .hang)
            }
            return index < 2
                ? .status(403, status(403, "Forbidden")) : .status(200, list([node("a", version: 1)], version: 1))
        }
        let result = await run(transport) { _ in transport.requests.count >= 7 }
        #expect(result.changes == ["+a@1"])
    }

    @Test("The problem of the moment can be read")
    func problem() async {
        let transport = ScriptedTransport { _, _ in .status(403, status(403, "Forbidden")) }
        let client = KubernetesClient(transport: transport, behaviour: .quick)
        let informer = Informer(client: client, type: .node, timing: Self.timing)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await informer.run() }
            #expect(await eventually { (informer.problem as? KubernetesError)?.status == 403 })
            #expect(!informer.hasSynced)
            group.cancelAll()
        }
    }

    @Test("A late handler is told of everything that is there, and cancelling ends the wait for a condition")
    func lateHandler() async throws {
        let transport = ScriptedTransport { request, _ in
            isWatch(request)
                ? .watch([event("MODIFIED", node("a", version: 9, ready: true))], then: .hang)
                : .status(200, list([node("a", version: 1)], version: 1))
        }
        let client = KubernetesClient(transport: transport, behaviour: .quick)
        let informer = Informer(client: client, type: .node, timing: Self.timing)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await informer.run() }
            try await informer.wait { $0.get("a")?.isReady == true }
            var changes = informer.changes().makeAsyncIterator()
            #expect(await changes.next()?.key == ObjectKey(name: "a"))
            let waiting = Task { try await informer.wait { $0.count == 5 } }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            group.cancelAll()
        }
    }

    @Test("Cancelling stops it while it waits for the watch")
    func cancels() async {
        let transport = ScriptedTransport { request, _ in
            isWatch(request) ? .watch([], then: .hang) : .status(200, list([], version: 1))
        }
        let client = KubernetesClient(transport: transport, behaviour: .quick)
        let informer = Informer(client: client, type: .node, timing: Self.timing)
        let task = Task { await informer.run() }
        #expect(await eventually { transport.requests.count == 2 })
        task.cancel()
        await task.value
        #expect(transport.requests.count == 2)
    }
}
