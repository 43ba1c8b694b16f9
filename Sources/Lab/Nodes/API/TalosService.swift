import Core
import SwiftProtobuf
import TalosMessages

/// The Talos API of one node in one of its two personalities: access rules, access log, dispatch.
struct TalosService: GRPCService {
    let node: TalosNode
    let personality: NodeLife.Personality
    let accessLog: AccessLog
    let nodeName: String

    func answer(_ call: GRPCCall, with reply: GRPCReply) async throws {
        let caller = TalosCaller(call, personality: personality)
        let method = TalosMethod.at(call.path)
        let isStream = Self.streams.contains(call.path)
        func record(_ status: String) {
            accessLog.record(
                service: "talos", node: nodeName, client: caller.description, call: call.path,
                write: method?.changes ?? false, status: status)
        }
        do {
            try authorize(call, method, caller)
            // A stream may go on for hours; it is recorded when it is let in.
            if isStream { record(CallStatus.Code.ok.name) }
            try await dispatch(call, caller, reply) {
                if !isStream { record(CallStatus.Code.ok.name) }
            }
        } catch let status as CallStatus {
            if !isStream { record(status.code.name) }
            throw status
        }
    }

    private func authorize(_ call: GRPCCall, _ method: TalosMethod?, _ caller: TalosCaller) throws {
        guard let method else {
            let parts = call.path.split(separator: "/")
            let service = parts.first.map(String.init) ?? ""
            throw CallStatus(.unimplemented, "unknown method \(parts.last ?? "") for service \(service)")
        }
        guard let role = caller.role, role >= method.minimum else { throw CallStatus.notAuthorized }
        // Maintenance ignores routing.
        guard personality == .configured else { return }
        if !call.metadata("node").isEmpty || !call.metadata("nodes").isEmpty {
            throw CallStatus(.unimplemented, "the lab's nodes do not forward requests")
        }
    }

    private static let streams: Set<String> = [
        "/machine.MachineService/Dmesg", "/machine.MachineService/Events", "/machine.MachineService/Kubeconfig",
        "/cosi.resource.State/List", "/cosi.resource.State/Watch",
    ]

    /// - Parameter accepted: called before the answer of a unary call leaves.
    private func dispatch(
        _ call: GRPCCall, _ caller: TalosCaller, _ reply: GRPCReply, accepted: () -> Void
    ) async throws {
        func send(_ message: some Message) async throws {
            accepted()
            try await reply.send(try message.serializedBytes())
        }
        switch call.path {
        case "/machine.MachineService/Version": try await send(await node.version())
        case "/machine.MachineService/ServiceList": try await send(await node.serviceList())
        case "/machine.MachineService/ApplyConfiguration":
            let request = try decode(Machine_ApplyConfigurationRequest.self, call)
            try await send(try await node.apply(request, role: caller.role, personality: personality))
        case "/machine.MachineService/Bootstrap":
            _ = try decode(Machine_BootstrapRequest.self, call)
            try await send(try await node.bootstrap(client: caller.description))
        case "/machine.MachineService/EtcdMemberList": try await send(try await node.etcdMembers())
        case "/machine.MachineService/EtcdStatus": try await send(try await node.etcdStatus())
        case "/machine.MachineService/Reboot":
            try await send(await node.reboot(try decode(Machine_RebootRequest.self, call)))
        case "/machine.MachineService/Shutdown": try await send(await node.shutdown())
        case "/machine.MachineService/Reset":
            try await send(try await node.reset(try decode(Machine_ResetRequest.self, call)))
        case "/storage.StorageService/Disks": try await send(await node.disks())
        case "/cosi.resource.State/Get":
            let request = try decode(Cosi_Resource_GetRequest.self, call)
            try await send(try await node.resource(request, isAdmin: caller.role == .admin))
        case "/machine.MachineService/Kubeconfig":
            var data = Common_Data()
            data.bytes = .init(try await node.kubeconfigArchive())
            try await send(data)
        case "/machine.MachineService/Dmesg":
            try await dmesg(try decode(Machine_DmesgRequest.self, call), reply)
        case "/machine.MachineService/Events":
            try await events(try decode(Machine_EventsRequest.self, call), reply)
        case "/cosi.resource.State/List":
            try await list(try decode(Cosi_Resource_ListRequest.self, call), caller, reply)
        case "/cosi.resource.State/Watch":
            try await watch(try decode(Cosi_Resource_WatchRequest.self, call), caller, reply)
        case let path where path.hasPrefix("/cosi.resource.State/"):
            throw CallStatus(.permissionDenied, "write access is not allowed")
        default:
            throw CallStatus(.unimplemented, "the lab's nodes do not simulate \(call.path)")
        }
    }

    private func decode<Request: Message>(_ type: Request.Type, _ call: GRPCCall) throws -> Request {
        do {
            return try Request(serializedBytes: call.message)
        } catch {
            throw CallStatus(.internal, "grpc: failed to unmarshal the received message: \(error)")
        }
    }
}
