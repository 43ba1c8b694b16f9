import Bootstrap
import Core
import Testing

@Suite("The journal")
struct JournalTests {
    private struct FixedClock: WallClock {
        let now = Timestamp(seconds: 1_800_000_000)
    }

    @Test("What was appended is read back, with each step's history")
    func readsBack() async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(path: directory.file("state.sqlite"))
        let journal = try Journal(store: store, clock: FixedClock())
        try await journal.append(.runStarted)
        try await journal.append(.planCommitted)
        try await journal.append(.intent, step: "etcd/bootstrap", ["inputs": "abc"])

        let reopened = try Journal(store: SQLiteStore(path: directory.file("state.sqlite")), clock: FixedClock())
        let history = await reopened.history(of: "etcd/bootstrap")
        #expect(history.isAmbiguous)
        #expect(history.attempts == 1)
        #expect(history.inputs == "abc")

        try await reopened.append(.succeeded, step: "etcd/bootstrap")
        #expect(await reopened.history(of: "etcd/bootstrap").succeeded)
    }

    @Test(
        "A record that may not stand where it would is refused, and nothing is written",
        arguments: [
            ([], JournalRecord.Kind.planCommitted, nil),
            ([JournalRecord.Kind.runStarted], .intent, "a"),
            ([.runStarted, .planCommitted], .succeeded, "a"),
            ([.runStarted, .planCommitted], .failed, "a"),
            ([.runStarted, .planCommitted], .intent, nil),
        ] as [([JournalRecord.Kind], JournalRecord.Kind, String?)])
    func refusesIllegal(before: [JournalRecord.Kind], kind: JournalRecord.Kind, step: String?) async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(path: directory.file("state.sqlite"))
        let journal = try Journal(store: store, clock: FixedClock())
        for kind in before { try await journal.append(kind) }
        await #expect(throws: Fault.self) { try await journal.append(kind, step: step) }
        #expect(try store.records().count == before.count)
    }

    @Test("A changed, a missing and an exchanged record are found when the journal is read")
    func findsTampering() throws {
        func record(_ sequence: Int64, _ previous: [UInt8], _ payload: JSON = [:]) -> JournalRecord {
            JournalRecord(
                sequence: sequence, time: Timestamp(seconds: sequence), kind: .runStarted, step: nil,
                payload: payload, previous: previous)
        }
        let first = record(1, [UInt8](repeating: 0, count: 32))
        let second = record(2, first.hash)
        let third = record(3, second.hash)

        func read(_ records: [JournalRecord]) throws {
            var rules = JournalRules()
            for record in records { try rules.accept(record) }
        }
        try read([first, second, third])
        #expect(throws: Fault.self) { try read([first, third]) }
        #expect(throws: Fault.self) { try read([second, first, third]) }
        let changed = record(1, [UInt8](repeating: 0, count: 32), ["pid": 7])
        #expect(throws: Fault.self) { try read([changed, second, third]) }
    }

    @Test("Records appended at the same time keep one order")
    func ordersConcurrentAppends() async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(path: directory.file("state.sqlite"))
        let journal = try Journal(store: store, clock: FixedClock())
        try await journal.append(.runStarted)
        try await journal.append(.planCommitted)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<100 {
                group.addTask { try await journal.append(.observed, step: "step/\(index)") }
            }
            try await group.waitForAll()
        }
        _ = try Journal(store: store, clock: FixedClock())
        #expect(try store.records().count == 102)
    }
}

@Suite("The run lock")
struct RunLockTests {
    @Test("A second holder is refused and told who holds it; the lock goes with its holder")
    func excludes() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("lock")
        var first: RunLock? = try RunLock(path: path)
        #expect(RunLock.isHeld(path: path))
        let refusal = #expect(throws: Fault.self) { try RunLock(path: path) }
        #expect(refusal?.exitCode == 3)
        withExtendedLifetime(first) {}
        first = nil
        #expect(!RunLock.isHeld(path: path))
        _ = try RunLock(path: path)
    }
}
