package import Core
import PKI

/// One entry of the journal.
package struct JournalRecord: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        /// A process took up the run. Payload: version, pid, boot id.
        case runStarted = "run-started"
        /// A plan became the one to be carried out. Payload: plan id, parent.
        case planCommitted = "plan-committed"
        /// A step is about to act. Payload: attempt, digest of the inputs.
        case intent
        /// The act came back without an error. Payload: evidence.
        case succeeded
        /// The act failed. Payload: the fault.
        case failed
        /// The goal was found to hold. Payload: evidence.
        case observed
        /// All steps are done.
        case runFinished = "run-finished"
    }

    /// 1, 2, 3 …
    package let sequence: Int64
    package let time: Timestamp
    package let kind: Kind
    /// The step's id, or nil where the record speaks of the whole run.
    package let step: String?
    package let payload: JSON
    /// The hash of the record before; 32 zero bytes for the first.
    package let previous: [UInt8]
    /// SHA-256 over `previous` and the canonical JSON of the other fields.
    package let hash: [UInt8]

    package init(
        sequence: Int64, time: Timestamp, kind: Kind, step: String?, payload: JSON, previous: [UInt8]
    ) {
        self.sequence = sequence
        self.time = time
        self.kind = kind
        self.step = step
        self.payload = payload
        self.previous = previous
        hash = Self.digest(sequence, time, kind.rawValue, step, payload, previous)
    }

    /// A record as the store holds it.
    ///
    /// - Throws: ``Fault`` `corrupted` when the kind is unknown or the stored hash is not that of the content.
    init(
        stored sequence: Int64, time: Timestamp, kind: String, step: String?, payload: JSON, previous: [UInt8],
        hash: [UInt8]
    ) throws(Fault) {
        guard let kind = Kind(rawValue: kind) else {
            throw Fault(
                .corrupted, "the journal's record \(sequence) has the unknown kind \(kind)",
                next: "use the version of cozy-bootstrap that wrote it, or a newer one")
        }
        self.init(sequence: sequence, time: time, kind: kind, step: step, payload: payload, previous: previous)
        guard self.hash == hash else {
            throw Fault(.corrupted, "the journal's record \(sequence) does not have the content it was written with")
        }
    }

    private static func digest(
        _ sequence: Int64, _ time: Timestamp, _ kind: String, _ step: String?, _ payload: JSON, _ previous: [UInt8]
    ) -> [UInt8] {
        let content = JSON.fields([
            "sequence": .int(sequence), "time": .int(time.milliseconds), "kind": .string(kind),
            "step": step.map(JSON.string), "payload": payload,
        ])
        return SHA256.hash(previous + content.serialized())
    }
}
