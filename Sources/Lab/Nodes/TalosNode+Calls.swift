import Core
import FoundationEssentials
import PKI
import SwiftProtobuf
import TalosMessages

/// The answers to unary calls.
extension TalosNode {
    func version() -> Machine_VersionResponse {
        var version = Machine_Version()
        version.version.tag = environment.talosVersion
        version.version.os = "linux"
        version.version.arch = "amd64"
        version.version.goVersion = "go1.26.1"
        version.platform.name = "metal"
        version.platform.mode = "metal"
        // Set only while a configuration is active.
        if life.config?.isComplete == true { version.features.rbac = true }
        var response = Machine_VersionResponse()
        response.messages = [version]
        return response
    }

    func serviceList() -> Machine_ServiceListResponse {
        var list = Machine_ServiceList()
        list.services = services.all.map { service in
            var info = Machine_ServiceInfo()
            info.id = service.id
            info.state = service.state.rawValue
            info.health.unknown = service.healthy == nil
            info.health.healthy = service.healthy == true
            info.health.lastMessage = service.healthMessage
            info.health.lastChange = Google_Protobuf_Timestamp(service.healthChanged)
            info.events.events = service.events.map { event in
                var message = Machine_ServiceEvent()
                message.msg = event.message
                message.state = event.state.rawValue
                message.ts = Google_Protobuf_Timestamp(event.time)
                return message
            }
            return info
        }
        var response = Machine_ServiceListResponse()
        response.messages = [list]
        return response
    }

    func disks() -> Storage_DisksResponse {
        var disks = Storage_Disks()
        disks.disks = hardware.disks.map { disk in
            var message = Storage_Disk()
            message.size = disk.size
            message.model = disk.model
            message.deviceName = disk.path
            message.name = disk.name
            message.serial = disk.serial
            message.wwid = disk.wwid
            message.type =
                disk.isCD ? .cd : disk.transport == "nvme" ? .nvme : disk.transport == "sata" ? .ssd : .unknown
            message.busPath = disk.busPath
            message.systemDisk = life.installation?.disk == disk.name
            message.subsystem = "/sys/class/block"
            message.readonly = disk.readOnly
            return message
        }
        var response = Storage_DisksResponse()
        response.messages = [disks]
        return response
    }

    func resource(_ request: Cosi_Resource_GetRequest, isAdmin: Bool) throws -> Cosi_Resource_GetResponse {
        try NodeResources.check(type: request.type, namespace: request.namespace, isAdmin: isAdmin)
        guard let found = resources(request.type).first(where: { $0.metadata.id == request.id }) else {
            throw CallStatus(.notFound, "resource \(request.type)(\(request.namespace)/\(request.id)) doesn't exist")
        }
        var response = Cosi_Resource_GetResponse()
        response.resource = found
        return response
    }

    func reboot(_ request: Machine_RebootRequest) -> Machine_RebootResponse {
        postSoon(.rebootRequested(request.mode == .powercycle || !environment.kexec ? .firmware : .kexec))
        var response = Machine_RebootResponse()
        response.messages = [Machine_Reboot()]
        return response
    }

    func shutdown() -> Machine_ShutdownResponse {
        postSoon(.shutdownRequested)
        var response = Machine_ShutdownResponse()
        response.messages = [Machine_Shutdown()]
        return response
    }

    func reset(_ request: Machine_ResetRequest) async throws(CallStatus) -> Machine_ResetResponse {
        guard life.installation != nil else { throw CallStatus(.failedPrecondition, "system disk not found") }
        if request.graceful, let cluster, let member = etcdMember {
            await cluster.remove(member)
            self.cluster = nil
        }
        environment.accessLog.record(
            service: "disk", node: hardware.name, client: "reset", call: "wipe \(life.installation?.disk ?? "")",
            write: true, status: "OK")
        etcdMember = nil
        postSoon(.resetRequested(reboot: request.reboot))
        var response = Machine_ResetResponse()
        response.messages = [Machine_Reset()]
        return response
    }
}
