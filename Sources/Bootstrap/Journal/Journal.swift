package import Core

/// The append-only memory of a cluster's runs: what was meant and what came of it.
///
/// Records are chained by hash. An intent is durable before its effect begins.
package actor Journal {
    private let store: any Store
    private let clock: any WallClock
    private var rules = JournalRules()
    /// How many acts this process has begun.
    package private(set) var begunActs = 0
    /// The journal has a queue of its own: a write waits for the disk, and writes may not overtake each other.
    private let executor = DiskExecutor(label: "journal")

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Reads and verifies what the store holds.
    ///
    /// - Throws: ``Fault`` `corrupted` when a record was changed, lost or stands where it may not.
    package init(store: any Store, clock: any WallClock) throws {
        self.store = store
        self.clock = clock
        for record in try store.records() { try rules.accept(record) }
    }

    package func history(of step: String) -> StepHistory {
        rules.steps[step] ?? StepHistory()
    }

    /// Appends a record and returns when it is durable.
    package func append(_ kind: JournalRecord.Kind, step: String? = nil, _ payload: JSON = [:]) throws {
        let record = JournalRecord(
            sequence: rules.expectedSequence, time: clock.now, kind: kind, step: step, payload: payload,
            previous: rules.previousHash)
        var next = rules
        try next.accept(record)
        try store.append(record)
        rules = next
        if kind == .intent { begunActs += 1 }
    }
}
