package import Core
import SwiftProtobuf
import TalosMessages

/// A disk as the storage service lists it; in Talos 1.12 the only list with the system disk marked.
package struct StorageDisk: Sendable, Hashable {
    /// Such as `/dev/sda`.
    package var path: String
    /// Bytes.
    package var size: UInt64
    package var model: String
    package var serial: String
    package var wwid: String
    package var busPath: String
    package var isSystemDisk: Bool
    package var isReadOnly: Bool
}

extension TalosClient {
    package func storageDisks(deadline: Duration = .seconds(10)) async throws(Fault) -> [StorageDisk] {
        let method = TalosMethod.storage("Disks")
        let response: Storage_DisksResponse = try await unary(method, Google_Protobuf_Empty(), deadline: deadline)
        return try single(response.messages, \.metadata, method).disks.map { disk in
            StorageDisk(
                path: disk.deviceName, size: disk.size, model: disk.model, serial: disk.serial, wwid: disk.wwid,
                busPath: disk.busPath, isSystemDisk: disk.systemDisk, isReadOnly: disk.readonly)
        }
    }
}
