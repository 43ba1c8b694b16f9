import Core
import Lab
import Testing

/// Watches: what they begin with, what they go on with, how they end.
@Suite struct KubernetesAPIWatchTests {
    private func summary(_ events: [JSON]) -> [String] {
        events.map { "\($0["type"]?.string ?? "") \($0["object"]?["metadata"]?["name"]?.string ?? "")" }
    }

    /// Writes c, changes it, labels it, removes it; gives the version before.
    private func history(_ api: RunningAPI) async throws -> String {
        let before = try await api.object(APISample.configMapPath)["metadata"]?["resourceVersion"]?.string ?? ""
        _ = try await api.call("POST", APISample.configMapPath, APISample.configMap("c"))
        _ = try await api.call("POST", APISample.configMapPath, APISample.configMap("d"))
        for patch in [["data": ["a": "2"]], ["metadata": ["labels": ["l": "1"]]], ["metadata": ["labels": nil]]]
            as [JSON]
        {
            _ = try await api.call("PATCH", APISample.configMapPath + "/c", patch, type: "application/merge-patch+json")
        }
        _ = try await api.call("DELETE", APISample.configMapPath + "/c")
        return before
    }

    @Test("a watch from a version replays what came after it; selectors turn changes into comings and goings")
    func replay() async throws {
        try await RunningAPI.with { api in
            let version = try await history(api)
            let watch = APISample.configMapPath + "?watch=1&timeoutSeconds=1&resourceVersion=\(version)"
            let all = try await api.call("GET", watch).events
            #expect(summary(all) == ["ADDED c", "ADDED d", "MODIFIED c", "MODIFIED c", "MODIFIED c", "DELETED c"])
            let versions = all.compactMap { $0["object"]?["metadata"]?["resourceVersion"]?.string.flatMap { Int($0) } }
            #expect(versions == versions.sorted() && Set(versions).count == 6)
            let labelled = try await api.call("GET", watch + "&labelSelector=l").events
            #expect(summary(labelled) == ["ADDED c", "DELETED c"])
            let one = try await api.call("GET", watch + "&fieldSelector=metadata.name%3Dd").events
            #expect(summary(one) == ["ADDED d"])
            let present = try await api.call("GET", APISample.configMapPath + "?watch=1&timeoutSeconds=1").events
            #expect(summary(present) == ["ADDED d"])
        }
    }

    @Test("bookmarks come, the initial ones are marked; a table has its columns once")
    func bookmarks() async throws {
        try await RunningAPI.with { api in
            let version = try await history(api)
            let query = "?watch=1&timeoutSeconds=1&allowWatchBookmarks=true"
            let events = try await api.call("GET", APISample.configMapPath + query + "&resourceVersion=\(version)")
                .events
            #expect(events.last?["type"] == "BOOKMARK")
            #expect(events.last?["object"]?["kind"] == "ConfigMap")
            let initial = try await api.call(
                "GET", APISample.configMapPath + query + "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
            ).events
            #expect(initial.first?["type"] == "ADDED" && initial.count >= 3)
            #expect(initial[1]["object"]?["metadata"]?["annotations"]?["k8s.io/initial-events-end"] == "true")
            #expect(
                try await api.call("GET", APISample.configMapPath + query + "&sendInitialEvents=true").status == 400)
            let tables = try await api.call(
                "GET", APISample.configMapPath + "?watch=1&timeoutSeconds=1&resourceVersion=\(version)",
                options: ["-H", "Accept: application/json;as=Table;v=v1;g=meta.k8s.io"]
            ).events.compactMap { $0["object"] }
            #expect(tables.count == 6 && tables.allSatisfy { $0["kind"] == "Table" })
            #expect(tables[0]["columnDefinitions"]?.array?.count == 3)
            #expect(tables.dropFirst().allSatisfy { $0["columnDefinitions"] == .null })
        }
    }

    @Test("a version that is compacted gives 410 Expired; watches that run go on")
    func compaction() async throws {
        try await RunningAPI.with(options: .init(bookmarkInterval: .seconds(60))) { api in
            let version = try await history(api)
            async let running = api.call("GET", APISample.configMapPath + "?watch=1&timeoutSeconds=4")
            try await api.log.eventually { $0.contains { $0.call.hasPrefix("WATCH") } }
            await api.api.compact()
            let answer = try await api.call("GET", APISample.configMapPath + "?watch=1&resourceVersion=\(version)")
            #expect(answer.events.count == 1 && answer.events[0]["type"] == "ERROR")
            #expect(answer.events[0]["object"]?["code"] == 410 && answer.events[0]["object"]?["reason"] == "Expired")
            _ = try await api.call("POST", APISample.configMapPath, APISample.configMap("e"))
            #expect(try await summary(running.events) == ["ADDED d", "ADDED e"])
            let exact = try await api.call(
                "GET", APISample.configMapPath + "?resourceVersion=\(version)&resourceVersionMatch=Exact")
            #expect(exact.status == 410)
        }
    }

    @Test("many watchers see all of many writes in the same order, and end with the resource")
    func manyWatchers() async throws {
        try await RunningAPI.with { api in
            try await api.defineWidgets()
            try await withThrowingTaskGroup(of: [JSON].self) { watching in
                for _ in 0..<8 {
                    watching.addTask {
                        try await api.call("GET", APISample.widgetPath + "?watch=1&timeoutSeconds=300").events
                    }
                }
                try await api.log.eventually { $0.count { $0.call.hasPrefix("WATCH") } == 8 }
                try await withThrowingTaskGroup(of: Void.self) { writing in
                    for writer in 0..<4 {
                        writing.addTask {
                            for index in 0..<6 {
                                _ = try await api.call(
                                    "POST", APISample.widgetPath, APISample.widget("w\(writer)-\(index)"))
                            }
                        }
                    }
                    try await writing.waitForAll()
                }
                _ = try await api.call("DELETE", APISample.crds + "/widgets.example.com")
                var seen: Set<[String]> = []
                for try await events in watching {
                    let versions = events.compactMap { $0["object"]?["metadata"]?["resourceVersion"]?.string }
                    #expect(versions.compactMap { Int($0) } == versions.compactMap { Int($0) }.sorted())
                    seen.insert(zip(summary(events), versions).map { "\($0) \($1)" })
                }
                #expect(seen.count == 1)
                #expect(seen.first?.count { $0.hasPrefix("ADDED") } == 24)
                #expect(seen.first?.count { $0.hasPrefix("DELETED") } == 24)
            }
        }
    }
}
