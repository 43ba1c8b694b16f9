import Core
import Kubernetes

/// What a HelmRelease says about its release.
struct HelmStatus: Sendable {
    let writer: StatusWriter

    /// Whether the release is what the object wants, so that nothing has to be done.
    func isInSync(_ object: KubernetesObject, _ release: PreparedRelease, version: Int) -> Bool {
        let latest = object["status", "history"]?[0]
        return latest?["version"]?.int == version && latest?["status"]?.string == "deployed"
            && latest?["chartVersion"]?.string == release.chart.version
            && latest?["configDigest"]?.string == release.configDigest
    }

    /// The release was found in order.
    func confirm(_ object: KubernetesObject, _ release: PreparedRelease) async throws {
        guard object.observedGeneration != object.generation || !object.isReady || hasRequest(object) else { return }
        let message = object.condition("Released")?.message ?? "release in-sync with desired state"
        let reason = object.condition("Released")?.reason ?? "UpgradeSucceeded"
        try await writer.write(object, .helmRelease) { object in
            finish(&object)
            writer.mark(&object, set: [.ready(.yes, reason, message)], remove: ["Reconciling", "Stalled"])
        }
    }

    func running(_ step: HelmStep) async throws -> KubernetesObject {
        let timeout = step.object["spec", step.action.rawValue, "timeout"]?.string.flatMap(GoDuration.parse)
        let message =
            "Running '\(step.action.rawValue)' action with timeout of \(GoDuration.text(timeout ?? .seconds(300)))"
        return try await writer.write(step.object, .helmRelease) { object in
            if object["status", "lastAttemptedGeneration"]?.int != object.generation
                || object["status", "lastAttemptedRevision"]?.string != step.release.chart.version
                || object["status", "lastAttemptedConfigDigest"]?.string != step.release.configDigest
            {
                for counter in ["failures", "installFailures", "upgradeFailures"] { object["status", counter] = nil }
            }
            object["status", "storageNamespace"] = .string(step.namespace)
            object["status", "lastAttemptedGeneration"] = object.generation.map { .int(Int64($0)) }
            object["status", "lastAttemptedRevision"] = .string(step.release.chart.version)
            object["status", "lastAttemptedConfigDigest"] = .string(step.release.configDigest)
            object["status", "lastAttemptedReleaseAction"] = .string(step.action.rawValue)
            writer.mark(
                &object, set: [.ready(.unknown, "Progressing", message), .reconciling("Progressing", message)],
                remove: ["Stalled"])
        }
    }

    func succeeded(_ step: HelmStep, took: Duration) async throws {
        let verb = step.action == .install ? "Install" : "Upgrade"
        let message =
            "Helm \(verb.lowercased()) succeeded for release \(step.namespace)/\(step.name).v\(step.version)"
            + " with chart \(step.release.chart.name)@\(step.release.chart.version)"
        try await writer.write(step.object, .helmRelease) { object in
            remember(step, "deployed", took, in: &object)
            for counter in ["failures", "installFailures", "upgradeFailures"] { object["status", counter] = nil }
            finish(&object)
            writer.mark(
                &object,
                set: [
                    Condition("Released", .yes, reason: "\(verb)Succeeded", message: message),
                    .ready(.yes, "\(verb)Succeeded", message),
                ], remove: ["Reconciling", "Stalled", "Remediated"])
        }
    }

    func failed(_ step: HelmStep, _ why: String, took: Duration) async throws {
        let verb = step.action == .install ? "Install" : "Upgrade"
        let message =
            "Helm \(verb.lowercased()) failed for release \(step.namespace)/\(step.name)"
            + " with chart \(step.release.chart.name)@\(step.release.chart.version): \(why)"
        try await writer.write(step.object, .helmRelease) { object in
            if step.unmanagedProblem == nil { remember(step, "failed", took, in: &object) }
            for counter in ["failures", step.action == .install ? "installFailures" : "upgradeFailures"] {
                object["status", counter] = .int(Int64((object["status", counter]?.int ?? 0) + 1))
            }
            writer.mark(
                &object,
                set: [
                    Condition("Released", .no, reason: "\(verb)Failed", message: message),
                    .ready(.no, "\(verb)Failed", message),
                    .reconciling("ProgressingWithRetry", "retrying after: \(message)"),
                ])
        }
    }

    /// Puts the release at the head of the history, of which five are kept.
    private func remember(_ step: HelmStep, _ status: String, _ took: Duration, in object: inout KubernetesObject) {
        let now = JSON.string(writer.clock.now.wholeSeconds)
        let chart = step.release.chart
        let snapshot: JSON = [
            "apiVersion": "v2",
            "name": .string(step.name),
            "namespace": .string(step.namespace),
            "version": .int(Int64(step.version)),
            "status": .string(status),
            "action": .string(step.action.rawValue),
            "chartName": .string(chart.name),
            "chartVersion": .string(chart.version),
            "appVersion": .string(chart.appVersion),
            "configDigest": .string(step.release.configDigest),
            "digest": .string(step.release.configDigest),
            "firstDeployed": object["status", "history"]?[0]?["firstDeployed"] ?? now,
            "lastDeployed": now,
        ]
        var history = (object["status", "history"]?.array ?? []).filter { $0["version"]?.int != step.version }
        for index in history.indices where status == "deployed" && history[index]["status"]?.string == "deployed" {
            history[index]["status"] = "superseded"
        }
        object["status", "history"] = .array([snapshot] + history.prefix(4))
        let milliseconds = took.components.attoseconds / 1_000_000_000_000_000
        object["status", "lastAttemptedReleaseActionDuration"] = .string(
            "\(took.components.seconds * 1000 + milliseconds)ms")
    }

    /// The reconciliation came to its end: the generation and the requests have been observed.
    private func finish(_ object: inout KubernetesObject) {
        object["status", "observedGeneration"] = object.generation.map { .int(Int64($0)) }
        if let request = object.annotations[ReconcileRequest.annotation] {
            object["status", "lastHandledReconcileAt"] = .string(request)
        }
    }

    private func hasRequest(_ object: KubernetesObject) -> Bool {
        guard let request = object.annotations[ReconcileRequest.annotation] else { return false }
        return object["status", "lastHandledReconcileAt"]?.string != request
    }
}
