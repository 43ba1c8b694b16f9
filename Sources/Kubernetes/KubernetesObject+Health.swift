import Core

/// Whether an object has come to what its spec asks for, by the rules of kstatus (sigs.k8s.io/cli-utils).
package enum ObjectHealth: Sendable, Hashable {
    case current
    case inProgress(String)
    case failed(String)
    case terminating
}

extension KubernetesObject {
    package var health: ObjectHealth {
        if isBeingDeleted { return .terminating }
        if let observedGeneration, let generation, observedGeneration != generation {
            return .inProgress("generation \(generation) has not been observed")
        }
        if let condition = condition("Reconciling"), condition.isTrue { return .inProgress(condition.message) }
        if let condition = condition("Stalled"), condition.isTrue { return .failed(condition.message) }
        switch kind {
        case ResourceType.customResourceDefinition.kind: return definitionHealth
        case ResourceType.deployment.kind: return deploymentHealth
        case ResourceType.secret.kind, ResourceType.configMap.kind: return .current
        default: break
        }
        guard let ready = condition("Ready") else { return .current }
        return ready.isTrue ? .current : .inProgress(ready.message)
    }

    private var definitionHealth: ObjectHealth {
        if let names = condition("NamesAccepted"), names.status == .no { return .failed(names.message) }
        guard let established = condition("Established"), established.isTrue else {
            return .inProgress("not established")
        }
        return .current
    }

    private var deploymentHealth: ObjectHealth {
        if let progressing = condition("Progressing"), progressing.reason == "ProgressDeadlineExceeded" {
            return .failed(progressing.message)
        }
        let wanted = self["spec", "replicas"]?.int ?? 1
        for field in ["updatedReplicas", "readyReplicas", "availableReplicas"] {
            let count = self["status", field]?.int ?? 0
            guard count >= wanted else { return .inProgress("\(field): \(count)/\(wanted)") }
        }
        guard let available = condition("Available"), available.isTrue else { return .inProgress("not available") }
        return .current
    }
}
