import Core
import Kubernetes

/// The Node object that a kubelet registers.
struct KubeletNode: Sendable {
    let config: NodeConfig
    let hardware: NodeHardware
    let hostname: String
    let address: IPAddress
    let podNetwork: CIDR?
    let bootID: String
    let talosVersion: String
    let now: Timestamp

    private var isControlPlane: Bool { config.role == .controlPlane }

    /// Name, labels, taints, pod network; the status is written apart.
    var object: KubernetesObject {
        var labels = [
            "beta.kubernetes.io/arch": "amd64", "beta.kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
            "kubernetes.io/os": "linux", "kubernetes.io/hostname": hostname,
        ]
        if isControlPlane { labels["node-role.kubernetes.io/control-plane"] = "" }
        labels.merge(config.map("machine", "nodeLabels")) { $1 }
        return KubernetesObject(
            .fields([
                "apiVersion": "v1", "kind": "Node",
                "metadata": [
                    "name": .string(hostname), "labels": .object(labels.mapValues(JSON.string)),
                    "annotations": .object(config.map("machine", "nodeAnnotations").mapValues(JSON.string)),
                ],
                "spec": .fields([
                    "podCIDR": podNetwork.map { .string($0.description) },
                    "podCIDRs": podNetwork.map { [.string($0.description)] },
                    "taints": .array(taints),
                ]),
            ]))
    }

    /// Alive, but without a pod network.
    var status: JSON {
        let memory = "\(hardware.memory >> 10)Ki"
        let capacity: JSON = [
            "cpu": .string(String(hardware.processors)), "memory": .string(memory), "pods": "512",
            "ephemeral-storage": .string("\((hardware.systemDisk?.size ?? 0) >> 10)Ki"),
        ]
        return [
            "addresses": [
                ["type": "InternalIP", "address": .string(address.description)],
                ["type": "Hostname", "address": .string(hostname)],
            ],
            "capacity": capacity, "allocatable": capacity, "conditions": .array(conditions),
            "daemonEndpoints": ["kubeletEndpoint": ["Port": 10250]],
            "nodeInfo": [
                "architecture": "amd64", "bootID": .string(bootID),
                "containerRuntimeVersion": "containerd://2.1.6", "kernelVersion": "6.18.44-talos",
                "kubeletVersion": .string(config.kubernetesVersion ?? ""), "kubeProxyVersion": "",
                "machineID": .string(hardware.uuid.description.replacing("-", with: "")), "operatingSystem": "linux",
                "osImage": .string("Talos (\(talosVersion))"), "systemUUID": .string(hardware.uuid.description),
            ],
        ]
    }

    private var taints: [JSON] {
        var taints: [JSON] = [["key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"]]
        if isControlPlane, !config.flag("cluster", "allowSchedulingOnControlPlanes") {
            taints.append(["key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"])
        }
        for (key, value) in config.map("machine", "nodeTaints").sorted(by: { $0.key < $1.key }) {
            let parts = value.split(separator: ":").map(String.init)
            let effect = JSON.string(parts.last ?? "")
            taints.append(
                parts.count == 2
                    ? ["key": .string(key), "value": .string(parts[0]), "effect": effect]
                    : ["key": .string(key), "effect": effect])
        }
        return taints
    }

    private var conditions: [JSON] {
        let fine = [
            ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ]
        let ready = (
            "Ready", "KubeletNotReady",
            "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
                + "message:Network plugin returns error: cni plugin not initialized"
        )
        return (fine + [ready]).map { type, reason, message in
            [
                "type": .string(type), "status": "False", "reason": .string(reason), "message": .string(message),
                "lastHeartbeatTime": .string(now.wholeSeconds), "lastTransitionTime": .string(now.wholeSeconds),
            ]
        }
    }
}
