package import SwiftProtobuf
import TalosMessages

/// Something that happened on a node, from its event stream or from its event sink.
package struct TalosEvent: Sendable, Hashable {
    package enum Payload: Sendable, Hashable {
        /// `boot`, `install`, `reset`, …; the error ends it.
        case sequence(name: String, action: Action, error: String?)
        case phase(name: String, action: Action)
        case task(name: String, action: Action)
        case service(id: String, state: String, message: String, isHealthy: Bool?)
        case restart(command: Int64)
        /// The machine config cannot be read.
        case configLoadError(String)
        /// The machine config can be read but not used.
        case configValidationError(String)
        case address(hostname: String, addresses: [String])
        case machineStatus(MachineStatus)
        /// A kind of event that is not known here, by its message's name.
        case other(String)
    }

    package enum Action: String, Sendable, Hashable {
        case start
        case stop
        /// A sequence failed before it began.
        case none
    }

    /// The event's xid; empty in some simulated or old nodes.
    package var id: String
    /// The call that caused the event, as ``TalosClient/reboot(force:deadline:)`` and others return it.
    package var actorID: String
    package var payload: Payload

    /// Reads an event.
    ///
    /// The type is told by the last part of the URL: the stream says `talos/runtime/machine.X`, the sink
    /// `type.googleapis.com/machine.X`.
    ///
    /// - Returns: nil for the empty greeting that opens an event stream.
    /// - Throws: `BinaryDecodingError`.
    package init?(_ data: Google_Protobuf_Any, id: String, actorID: String) throws {
        guard !data.typeURL.isEmpty else { return nil }
        let name = data.typeURL.split(separator: "/").last.map(String.init) ?? data.typeURL
        self.id = id
        self.actorID = actorID
        payload = try Payload(name, Array(data.value))
    }
}

extension TalosEvent.Payload {
    fileprivate init(_ name: String, _ bytes: [UInt8]) throws {
        switch name {
        case "machine.SequenceEvent":
            let event = try Machine_SequenceEvent(serializedBytes: bytes)
            let action: TalosEvent.Action =
                switch event.action {
                case .start: .start
                case .stop: .stop
                case .noop, .UNRECOGNIZED: .none
                }
            let error = event.hasError ? event.error.message : nil
            self = .sequence(name: event.sequence, action: action, error: error)
        case "machine.PhaseEvent":
            let event = try Machine_PhaseEvent(serializedBytes: bytes)
            self = .phase(name: event.phase, action: event.action == .stop ? .stop : .start)
        case "machine.TaskEvent":
            let event = try Machine_TaskEvent(serializedBytes: bytes)
            self = .task(name: event.task, action: event.action == .stop ? .stop : .start)
        case "machine.ServiceStateEvent":
            let event = try Machine_ServiceStateEvent(serializedBytes: bytes)
            self = .service(
                id: event.service, state: event.action.text, message: event.message,
                isHealthy: event.health.unknown || !event.hasHealth ? nil : event.health.healthy)
        case "machine.RestartEvent":
            self = .restart(command: try Machine_RestartEvent(serializedBytes: bytes).cmd)
        case "machine.ConfigLoadErrorEvent":
            self = .configLoadError(try Machine_ConfigLoadErrorEvent(serializedBytes: bytes).error)
        case "machine.ConfigValidationErrorEvent":
            self = .configValidationError(try Machine_ConfigValidationErrorEvent(serializedBytes: bytes).error)
        case "machine.AddressEvent":
            let event = try Machine_AddressEvent(serializedBytes: bytes)
            self = .address(hostname: event.hostname, addresses: event.addresses)
        case "machine.MachineStatusEvent":
            self = .machineStatus(MachineStatus(try Machine_MachineStatusEvent(serializedBytes: bytes)))
        default:
            self = .other(name)
        }
    }
}

extension Machine_ServiceStateEvent.Action {
    /// The same words as in the list of services.
    fileprivate var text: String {
        switch self {
        case .initialized: "Initialized"
        case .preparing: "Preparing"
        case .waiting: "Waiting"
        case .running: "Running"
        case .stopping: "Stopping"
        case .finished: "Finished"
        case .failed: "Failed"
        case .skipped: "Skipped"
        case .starting: "Starting"
        case .UNRECOGNIZED: "Unknown"
        }
    }
}
