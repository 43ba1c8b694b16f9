import Core
import YAML

extension NodeResources {
    static let hardware: [String: Kind] = [
        "Disks.block.talos.dev": Kind(namespace: "runtime") { node in
            node.hardware.disks.map { ($0.name, disk($0)) }
        },
        "SystemDisks.block.talos.dev": single("runtime", "system-disk") { node in
            node.systemDisk.map { ["diskID": .string($0.name), "devPath": .string($0.path)] }
        },
        "DiscoveredVolumes.block.talos.dev": Kind(namespace: "runtime") { node in
            node.systemDisk.map { disk in
                ["EFI", "BIOS", "BOOT", "META", "STATE", "EPHEMERAL"].enumerated().map { index, label in
                    let id = "\(disk.name)\(index + 1)"
                    return (
                        id,
                        [
                            "dev_path": .string("/dev/\(id)"), "parent": .string(disk.name), "type": "partition",
                            "partition_label": .string(label),
                        ]
                    )
                }
            } ?? []
        },
        "VolumeStatuses.block.talos.dev": Kind(namespace: "runtime") { node in
            guard node.systemDisk != nil else { return [] }
            return ["EPHEMERAL", "META", "STATE"].map { ($0, ["phase": "ready", "type": "partition"]) }
        },
        "SystemInformations.hardware.talos.dev": single("hardware", "systeminformation") { node in
            [
                "manufacturer": "Lab Systems", "productName": "LS-1000", "version": "1", "biosVersion": "1.0.0",
                "serialnumber": .string(node.hardware.serial), "uuid": .string(node.hardware.uuid.description),
                "wakeUpType": "Power Switch", "skuNumber": "",
            ]
        },
        "Processors.hardware.talos.dev": Kind(namespace: "hardware") { node in
            [
                (
                    "CPU-0",
                    [
                        "socket": "CPU 0", "manufacturer": "Lab", "productName": "LC-16", "maxSpeedMhz": 3000,
                        "coreCount": .int(node.hardware.processors), "coreEnabled": .int(node.hardware.processors),
                        "threadCount": .int(2 * node.hardware.processors),
                    ]
                )
            ]
        },
        "MemoryModules.hardware.talos.dev": Kind(namespace: "hardware") { node in
            [("DIMM-0", ["sizeMiB": .int(Int(node.hardware.memory >> 20)), "deviceLocator": "DIMM 0"])]
        },
        "PCIDevices.hardware.talos.dev": empty("hardware"),
    ]

    private static func disk(_ disk: NodeDisk) -> Node {
        let gigabytes = Double(disk.size / 10_000_000) / 100
        var fields: [(String, Node?)] = [
            ("dev_path", .string(disk.path)), ("size", .int(Int(disk.size))),
            ("pretty_size", .string(gigabytes >= 1000 ? "\(gigabytes / 1000) TB" : "\(gigabytes) GB")),
            ("io_size", 512), ("sector_size", 512), ("readonly", .bool(disk.readOnly)),
            ("cdrom", .bool(disk.isCD)), ("rotational", false),
        ]
        let texts = [
            ("model", disk.model), ("serial", disk.serial), ("wwid", disk.wwid), ("bus_path", disk.busPath),
            ("sub_system", "/sys/class/block"), ("transport", disk.transport),
        ]
        fields += texts.filter { !$0.1.isEmpty }.map { ($0.0, .string($0.1)) }
        return .mapping(fields)
    }
}
