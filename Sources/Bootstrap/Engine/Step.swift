/// How a step's act may be repeated.
package enum StepKind: String, Sendable, Hashable, Codable {
    /// Never acts: it waits until the world has got there.
    case wait
    /// Acting twice has the effect of acting once.
    case idempotent
    /// The act starts something that goes on by itself; it may be started again whenever it is found absent.
    case convergent
    /// The act must have its effect once at most. After an intent without an outcome the step first settles what
    /// became of it.
    case atMostOnce = "at-most-once"
}

/// One thing that has to become true.
///
/// A step is derived from the plan alone. It looks at the world before and after it acts, and what it has done is
/// told by the journal only in order to interpret what is seen.
package protocol Step: Sendable {
    /// A stable name, `phase/subject`, for example `configure/node1`.
    var id: String { get }
    var phase: Phase { get }
    var kind: StepKind { get }
    /// The steps that have to be done before this one looks for the first time.
    var requires: [String] { get }

    /// A digest of what the act is based on; an act with other inputs than the last successful one is done again.
    func inputs(_ world: World) async throws -> String?

    /// Looks at the world without changing anything.
    ///
    /// - Parameter history: what the journal knows about this step.
    func observe(_ world: World, history: StepHistory) async throws -> Observation

    /// Makes the goal true, or sets off what will. Called only after ``Observation/absent(_:)``, when the intent is
    /// durable in the journal.
    func act(_ world: World) async throws
}

extension Step {
    package func inputs(_ world: World) async throws -> String? { nil }

    /// Steps of kind ``StepKind/wait`` have nothing to do.
    package func act(_ world: World) async throws {}
}

/// What the journal tells about one step.
package struct StepHistory: Sendable, Hashable {
    /// How many intents there are.
    package var attempts = 0
    /// Whether the last intent has no outcome: the process died or the outcome could not be written.
    package var isAmbiguous = false
    /// When the last intent was recorded.
    package var lastIntent: Int64?
    /// How many acts have had their effect, as far as is known.
    package var effects = 0
    /// Whether the last outcome was success.
    package var succeeded = false
    /// The digest of the inputs that the last successful act was based on.
    package var inputs: String?
}
