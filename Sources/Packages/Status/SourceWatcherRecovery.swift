package import Core
package import Kubernetes

/// Getting a stalled source-watcher going again.
///
/// source-watcher 2.1.0 can lose its own write of the Ready condition (fluxcd/pkg#934): the artifacts are built, the
/// generator stays Unknown for ever. The way out is to mark it not ready and to request a reconciliation.
package struct SourceWatcherRecovery: Sendable, Hashable {
    /// How long a result may be missing before it counts as lost.
    package static let grace: Duration = .seconds(30)
    package static let maximumAttempts = 5
    /// The reason that we write into the generator's Ready condition.
    package static let forcedReason = "SourceWatcherRecoveryForced"
    package static let attemptsAnnotation = "cozystack.io/source-watcher-recovery-attempts"
    package static let lastAnnotation = "cozystack.io/source-watcher-last-recovery-at"
    package static let requestedAnnotation = "reconcile.fluxcd.io/requestedAt"

    /// How often a reconciliation has been forced so far.
    package var attempts: Int
    /// When it was forced last; nil when that is not known.
    package var last: Timestamp?

    /// What to do next.
    package enum Decision: Sendable, Hashable {
        /// Force a reconciliation now.
        case force
        /// The last attempt still has time.
        case wait(Duration)
        case giveUp
    }

    package init(attempts: Int = 0, last: Timestamp? = nil) {
        self.attempts = attempts
        self.last = last
    }

    /// Reads the annotations of a generator. What cannot be read counts as never.
    package init(_ generator: KubernetesObject) {
        let annotations = generator.annotations
        attempts = max(0, annotations[Self.attemptsAnnotation].flatMap { Int($0) } ?? 0)
        last = annotations[Self.lastAnnotation].flatMap { Timestamp($0) }
    }

    /// How long the n-th attempt gets: 30 s, 1 min, 2 min, then 4 min.
    package static func backoff(after attempts: Int) -> Duration {
        switch attempts {
        case ...1: .seconds(30)
        case 2: .seconds(60)
        case 3: .seconds(120)
        default: .seconds(240)
        }
    }

    package func decision(now: Timestamp) -> Decision {
        guard attempts > 0 else { return .force }
        let remaining = last.map { Self.backoff(after: attempts) - $0.duration(to: now) } ?? .zero
        if remaining > .zero { return .wait(remaining) }
        return attempts >= Self.maximumAttempts ? .giveUp : .force
    }
}

extension SourceWatcherRecovery {
    /// Whether a generator is in recovery, or must enter it.
    package static func applies(to generator: KubernetesObject, now: Timestamp) -> Bool {
        let ready = generator.condition("Ready")
        if ready?.reason == forcedReason { return true }
        let isCurrent = ready?.observedGeneration == generator.generation
        if let ready, ready.status == .unknown, isCurrent, SourceWatcherRecovery(generator).attempts > 0 { return true }
        return isStuck(generator, now: now)
    }

    /// Whether the artifacts are built and the result has been missing for longer than the grace.
    package static func isStuck(_ generator: KubernetesObject, now: Timestamp) -> Bool {
        guard generator["status", "inventory"]?.array?.isEmpty == false,
            generator["status", "observedSourcesDigest"]?.string?.isEmpty == false
        else { return false }
        guard let ready = generator.condition("Ready") else {
            return generator.creationTimestamp.map { $0.advanced(by: grace) < now } ?? false
        }
        guard ready.status == .unknown, ready.observedGeneration == generator.generation else { return false }
        return ready.lastTransitionTime.map { $0.advanced(by: grace) < now } ?? false
    }
}
