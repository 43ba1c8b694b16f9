import Core
import SwiftProtobuf
import TalosMessages

/// Machine events.
extension TalosNode {
    func publish(_ payload: some Message) {
        events.publish(payload, now: now)
    }

    func sequence(_ name: String, _ action: Machine_SequenceEvent.Action) {
        var event = Machine_SequenceEvent()
        event.sequence = name
        event.action = action
        publish(event)
        publishStatus()
    }

    func publish(phase: String, _ action: Machine_PhaseEvent.Action) {
        var event = Machine_PhaseEvent()
        event.phase = phase
        event.action = action
        publish(event)
    }

    /// Sets the state of a service and tells everybody.
    func set(_ service: String, _ state: ServiceBoard.State, _ message: String, healthy: Bool? = nil) {
        guard services.set(service, state, message, healthy: healthy, now: now) else { return }
        var event = Machine_ServiceStateEvent()
        event.service = service
        event.message = message
        event.action = state.action
        event.health.unknown = healthy == nil
        event.health.healthy = healthy == true
        publish(event)
        log.write("[talos] service[\(service)](\(state.rawValue)): \(message)")
        changed()
    }

    /// The stage and whether the machine is ready.
    func publishStatus() {
        let snapshot = snapshot()
        var event = Machine_MachineStatusEvent()
        event.stage = life.stage.machineStage
        event.status.ready = snapshot.isReady
        event.status.unmetConditions = snapshot.unmetConditions.map { condition in
            var message = Machine_MachineStatusEvent.MachineStatus.UnmetCondition()
            message.name = condition.name
            message.reason = condition.reason
            return message
        }
        publish(event)
    }
}

extension ServiceBoard.State {
    fileprivate var action: Machine_ServiceStateEvent.Action {
        switch self {
        case .waiting: .waiting
        case .preparing: .preparing
        case .starting: .starting
        case .running: .running
        case .stopping: .stopping
        case .finished: .finished
        }
    }
}

extension NodeLife.Stage {
    /// The stage as Talos counts them.
    var machineStage: Machine_MachineStatusEvent.MachineStage {
        switch self {
        case .off, .firmware: .unknown
        case .booting, .halted: .booting
        case .maintenance: .maintenance
        case .installing: .installing
        case .rebooting: .rebooting
        case .running: .running
        }
    }

    /// Talos' text for it.
    var talosText: String {
        switch self {
        case .off, .firmware: "unknown"
        case .halted: "booting"
        default: rawValue
        }
    }
}
