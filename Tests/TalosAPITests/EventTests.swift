import FoundationEssentials
import SwiftProtobuf
import TalosMessages
import Testing

@testable import TalosAPI

@Suite("Events")
struct EventTests {
    private func payload(_ message: some Message, prefix: String = "talos/runtime/") throws -> TalosEvent.Payload? {
        var data = Google_Protobuf_Any()
        data.typeURL = prefix + type(of: message).protoMessageName
        data.value = try message.serializedBytes()
        return try TalosEvent(data, id: "x", actorID: "")?.payload
    }

    @Test(
        "The type is read from the stream's prefix and from the sink's",
        arguments: ["talos/runtime/", "type.googleapis.com/"])
    func prefixes(_ prefix: String) throws {
        let event = Machine_PhaseEvent.with {
            $0.phase = "kexec"
            $0.action = .start
        }
        #expect(try payload(event, prefix: prefix) == .phase(name: "kexec", action: .start))
    }

    @Test("Every kind of event is understood, and an unknown one is named")
    func kinds() throws {
        #expect(
            try payload(
                Machine_SequenceEvent.with {
                    $0.sequence = "install"
                    $0.action = .stop
                    $0.error.message = "no disk"
                }) == .sequence(name: "install", action: .stop, error: "no disk"))
        #expect(
            try payload(Machine_SequenceEvent.with { $0.sequence = "boot" })
                == .sequence(name: "boot", action: .none, error: nil))
        #expect(
            try payload(
                Machine_TaskEvent.with {
                    $0.task = "t"
                    $0.action = .stop
                }) == .task(name: "t", action: .stop))
        #expect(
            try payload(
                Machine_ServiceStateEvent.with {
                    $0.service = "etcd"
                    $0.action = .running
                    $0.message = "up"
                    $0.health.healthy = true
                }) == .service(id: "etcd", state: "Running", message: "up", isHealthy: true))
        #expect(
            try payload(Machine_ServiceStateEvent.with { $0.health.unknown = true })
                == .service(id: "", state: "Initialized", message: "", isHealthy: nil))
        #expect(try payload(Machine_ConfigLoadErrorEvent.with { $0.error = "e" }) == .configLoadError("e"))
        #expect(try payload(Machine_ConfigValidationErrorEvent.with { $0.error = "e" }) == .configValidationError("e"))
        #expect(
            try payload(
                Machine_AddressEvent.with {
                    $0.hostname = "h"
                    $0.addresses = ["10.0.0.1"]
                }) == .address(hostname: "h", addresses: ["10.0.0.1"]))
        #expect(try payload(Machine_RestartEvent.with { $0.cmd = 1 }) == .restart(command: 1))
        #expect(try payload(Machine_Version()) == .other("machine.Version"))
        let status = try payload(
            Machine_MachineStatusEvent.with {
                $0.stage = .shuttingDown
                $0.status.unmetConditions = [
                    .with {
                        $0.name = "time"
                        $0.reason = "not synced"
                    }
                ]
            })
        guard case .machineStatus(let machine)? = status else { return #expect(Bool(false), "no machine status") }
        #expect(machine.stage == .shuttingDown)
        #expect(!machine.isReady)
        #expect(machine.unmet.map(\.description) == ["time: not synced"])
    }

    @Test("The greeting that opens a stream is no event, and broken bytes are an error")
    func greeting() throws {
        #expect(try TalosEvent(Google_Protobuf_Any(), id: "", actorID: "") == nil)
        var data = Google_Protobuf_Any()
        data.typeURL = "talos/runtime/machine.PhaseEvent"
        data.value = .init([0xFF, 0xFF])
        #expect(throws: BinaryDecodingError.self) { try TalosEvent(data, id: "", actorID: "") }
    }
}
