import TalosMessages
import YAML

/// Where a node is in its life (resource `MachineStatuses.runtime.talos.dev`, event `MachineStatusEvent`).
package struct MachineStatus: Sendable, Hashable {
    package enum Stage: String, Sendable, Hashable {
        case unknown
        case booting
        case installing
        case maintenance
        case running
        case rebooting
        case shuttingDown = "shutting down"
        case resetting
        case upgrading
    }

    package struct UnmetCondition: Sendable, Hashable, CustomStringConvertible {
        /// `time`, `network`, `services`, `staticPods`, `nodeReady`.
        package var name: String
        package var reason: String

        package var description: String { "\(name): \(reason)" }
    }

    package var stage: Stage
    package var isReady: Bool
    /// Why it is not ready.
    package var unmet: [UnmetCondition]

    init(_ spec: Node) {
        stage = spec["stage"]?.text.flatMap(Stage.init(rawValue:)) ?? .unknown
        isReady = spec["status"]?["ready"]?.bool ?? false
        unmet = (spec["status"]?["unmetConditions"]?.sequence ?? []).map { condition in
            UnmetCondition(name: condition["name"]?.text ?? "", reason: condition["reason"]?.text ?? "")
        }
    }

    init(_ event: Machine_MachineStatusEvent) {
        stage =
            switch event.stage {
            case .unknown, .UNRECOGNIZED: .unknown
            case .booting: .booting
            case .installing: .installing
            case .maintenance: .maintenance
            case .running: .running
            case .rebooting: .rebooting
            case .shuttingDown: .shuttingDown
            case .resetting: .resetting
            case .upgrading: .upgrading
            }
        isReady = event.status.ready
        unmet = event.status.unmetConditions.map { UnmetCondition(name: $0.name, reason: $0.reason) }
    }
}
