package import Kubernetes

/// The condition `Ready` of a PackageSource where it is not a copy of its ArtifactGenerator's, with upstream's reasons.
package enum PackageSourceCondition: Sendable, Hashable {
    case sourceRefNotSet
    case generatorNotFound
    case generatorNotReady
    case awaitingRecovery(generator: String, attempt: Int)
    case stalled(generator: String)

    package var condition: Condition {
        switch self {
        case .sourceRefNotSet: ready(.unknown, "SourceRefNotSet", "SourceRef is not configured")
        case .generatorNotFound: ready(.unknown, "ArtifactGeneratorNotFound", "ArtifactGenerator not found")
        case .generatorNotReady:
            ready(.unknown, "ArtifactGeneratorNotReady", "ArtifactGenerator Ready condition not found")
        case .awaitingRecovery(let generator, let attempt):
            ready(
                .unknown, "AwaitingSourceWatcherRecovery",
                "ArtifactGenerator \(generator) has no Ready result although its artifacts are built; "
                    + "source-watcher was asked to reconcile it again, attempt "
                    + "\(attempt)/\(SourceWatcherRecovery.maximumAttempts)")
        case .stalled(let generator):
            ready(
                .no, "SourceWatcherStalled",
                "source-watcher gave ArtifactGenerator \(generator) no Ready result in "
                    + "\(SourceWatcherRecovery.maximumAttempts) attempts (see fluxcd/pkg#934)")
        }
    }

    private func ready(_ status: Condition.Status, _ reason: String, _ message: String) -> Condition {
        Condition("Ready", status, reason: reason, message: message)
    }
}
