package import Kubernetes

/// The condition `Ready` of a Package, with upstream's reasons and messages.
///
/// True means that the HelmReleases are written; whether they are healthy stands in the HelmReleases.
package enum PackageCondition: Sendable, Hashable {
    case reconciled(releases: Int)
    case sourceNotFound(String)
    case variantNotFound(String, source: String)
    case dependenciesNotReady
    case dependsOnFailed(component: String, why: String)
    case helmReleaseFailed(String, why: String)
    case emptyNamespace(component: String)

    package var condition: Condition {
        switch self {
        case .reconciled(let count):
            ready(.yes, "ReconciliationSucceeded", "reconciliation succeeded, generated \(count) helmrelease(s)")
        case .sourceNotFound(let name):
            ready(.no, "PackageSourceNotFound", "PackageSource \(name) not found")
        case .variantNotFound(let variant, let source):
            ready(.no, "VariantNotFound", "Variant \(variant) not found in PackageSource \(source)")
        case .dependenciesNotReady:
            ready(.no, "DependenciesNotReady", "One or more dependencies are not ready")
        case .dependsOnFailed(let component, let why):
            ready(.no, "DependsOnFailed", "Failed to build DependsOn for component \(component): \(why)")
        case .helmReleaseFailed(let name, let why):
            ready(.no, "HelmReleaseFailed", "Failed to create HelmRelease \(name): \(why)")
        case .emptyNamespace(let component):
            ready(
                .no, "InvalidConfiguration", "Component \(component) has empty namespace in Install section")
        }
    }

    private func ready(_ status: Condition.Status, _ reason: String, _ message: String) -> Condition {
        // A condition's message is bounded by the API at 32768 characters.
        Condition("Ready", status, reason: reason, message: String(message.prefix(32_768)))
    }
}
