package import Core

/// Which record may follow which: checked before a record is written and again when the journal is read.
package struct JournalRules: Sendable {
    private var nextSequence: Int64 = 1
    private var lastHash = [UInt8](repeating: 0, count: 32)
    private var hasRun = false
    private var hasPlan = false
    private var openIntents: Set<String> = []
    /// What is known of each step so far.
    package private(set) var steps: [String: StepHistory] = [:]

    package init() {}

    package var expectedSequence: Int64 { nextSequence }
    package var previousHash: [UInt8] { lastHash }

    /// Takes the next record.
    ///
    /// - Throws: ``Fault`` `corrupted` when it may not stand here. Nothing is taken then.
    package mutating func accept(_ record: JournalRecord) throws(Fault) {
        guard record.sequence == nextSequence else {
            throw illegal(record, "the record \(nextSequence) is missing")
        }
        guard record.previous == lastHash else { throw illegal(record, "it does not follow the record before it") }
        try check(record)
        apply(record)
        nextSequence += 1
        lastHash = record.hash
    }

    private func check(_ record: JournalRecord) throws(Fault) {
        switch record.kind {
        case .runStarted: break
        case .planCommitted, .runFinished:
            guard hasRun else { throw illegal(record, "no run has been started") }
        case .intent, .observed, .succeeded, .failed:
            guard hasPlan else { throw illegal(record, "no plan has been committed") }
            guard let step = record.step else { throw illegal(record, "it names no step") }
            guard record.kind == .intent || record.kind == .observed || openIntents.contains(step) else {
                throw illegal(record, "the step \(step) has no open intent")
            }
        }
    }

    private mutating func apply(_ record: JournalRecord) {
        switch record.kind {
        case .runStarted: hasRun = true
        case .planCommitted: hasPlan = true
        case .runFinished: break
        case .intent, .observed, .succeeded, .failed:
            guard let step = record.step else { return }
            var history = steps[step] ?? StepHistory()
            switch record.kind {
            case .intent:
                openIntents.insert(step)
                history.attempts += 1
                history.isAmbiguous = true
                history.lastIntent = record.time.milliseconds
                history.succeeded = false
                history.inputs = record.payload["inputs"]?.string
            default:
                if record.kind == .succeeded || (record.kind == .observed && history.isAmbiguous) {
                    history.effects += 1
                }
                openIntents.remove(step)
                history.isAmbiguous = false
                history.succeeded = record.kind != .failed
            }
            steps[step] = history
        }
    }

    private func illegal(_ record: JournalRecord, _ why: String) -> Fault {
        Fault(
            .corrupted, "the journal's record \(record.sequence) (\(record.kind.rawValue)) may not stand there",
            why: why)
    }
}
