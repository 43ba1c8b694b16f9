import YAML

extension NodeResources {
    static let runtime: [String: Kind] = [
        "MachineStatuses.runtime.talos.dev": single("runtime", "machine") { node in
            let unmet = node.unmetConditions.map { condition -> Node in
                ["name": .string(condition.name), "reason": .string(condition.reason)]
            }
            return [
                "stage": .string(node.stage),
                "status": ["ready": .bool(node.isReady), "unmetConditions": .sequence(unmet)],
            ]
        },
        "BootIDs.runtime.talos.dev": single("runtime", "boot-id") { ["bootID": .string($0.bootID)] },
        "KernelCmdlines.runtime.talos.dev": single("runtime", "cmdline") { ["cmdline": .string($0.commandLine)] },
        "Versions.runtime.talos.dev": single("runtime", "version") { ["version": .string($0.talosVersion)] },
        "PlatformMetadatas.talos.dev": single("runtime", "platformmetadata") { _ in ["platform": "metal"] },
        "SecurityStates.talos.dev": single("runtime", "securitystate") { _ in
            ["secureBoot": false, "selinuxState": "enabled, permissive", "bootedWithUKI": false]
        },
        "Services.v1alpha1.talos.dev": Kind(namespace: "runtime") { node in
            node.services.all.map { service in
                (
                    service.id,
                    [
                        "running": .bool(service.state == .running), "healthy": .bool(service.healthy == true),
                        "unknown": .bool(service.healthy == nil),
                    ]
                )
            }
        },
        "TimeStatuses.v1alpha1.talos.dev": single("runtime", "node") { node in
            ["synced": .bool(node.isTimeInSync), "epoch": .int(node.isTimeInSync ? 1 : 0), "syncDisabled": false]
        },
        "ExtensionStatuses.runtime.talos.dev": Kind(namespace: "runtime") { node in
            ["drbd", "zfs"].enumerated().map { index, name in
                let version = name == "drbd" ? "9.3.2" : "2.4.3"
                let metadata: Node = [
                    "name": .string(name), "version": .string("\(version)-\(node.talosVersion)"),
                    "author": "Sidero Labs",
                ]
                return (String(index), ["image": .string("000.ghcr.io-siderolabs-\(name)"), "metadata": metadata])
            }
        },
        "Diagnostics.runtime.talos.dev": empty("runtime"),
    ]
}
