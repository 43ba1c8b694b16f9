import Core

/// The columns of built-in kinds, as `k8s.io/kubernetes/pkg/printers/internalversion` has them.
enum BuiltInColumns {
    static let namespaces = [
        PrinterColumn.nameColumn, PrinterColumn("Status", "status", "phase"), PrinterColumn.age,
    ]

    static let nodes = [
        PrinterColumn.nameColumn,
        PrinterColumn("Status") { node, _ in
            let isReady = condition(node, "Ready")?["status"]?.string == "True"
            let isCordoned = node["spec"]?["unschedulable"] == true
            return .string((isReady ? "Ready" : "NotReady") + (isCordoned ? ",SchedulingDisabled" : ""))
        },
        PrinterColumn("Roles") { node, _ in
            let prefix = "node-role.kubernetes.io/"
            let roles = (node["metadata"]?["labels"]?.object ?? [:]).keys.filter { $0.hasPrefix(prefix) }
            return .string(joined(roles.map { String($0.dropFirst(prefix.count)) }.sorted()))
        },
        PrinterColumn.age,
        PrinterColumn("Version", "status", "nodeInfo", "kubeletVersion"),
        PrinterColumn("Internal-IP", priority: 1) { node, _ in address(node, "InternalIP") },
        PrinterColumn("External-IP", priority: 1) { node, _ in address(node, "ExternalIP") },
        PrinterColumn("OS-Image", "status", "nodeInfo", "osImage", priority: 1),
        PrinterColumn("Kernel-Version", "status", "nodeInfo", "kernelVersion", priority: 1),
        PrinterColumn("Container-Runtime", "status", "nodeInfo", "containerRuntimeVersion", priority: 1),
    ]

    static let secrets = [
        PrinterColumn.nameColumn, PrinterColumn("Type", "type"), number("Data") { count($0["data"]) },
        PrinterColumn.age,
    ]

    static let configMaps = [
        PrinterColumn.nameColumn, number("Data") { count($0["data"]) + count($0["binaryData"]) }, PrinterColumn.age,
    ]

    static let serviceAccounts = [
        PrinterColumn.nameColumn, number("Secrets") { $0["secrets"]?.array?.count ?? 0 }, PrinterColumn.age,
    ]

    static let services = [
        PrinterColumn.nameColumn, PrinterColumn("Type", "spec", "type"),
        PrinterColumn("Cluster-IP", "spec", "clusterIP"),
        PrinterColumn("External-IP") { service, _ in
            let addresses = (service[["status", "loadBalancer", "ingress"]]?.array ?? []).compactMap {
                $0["ip"]?.string ?? $0["hostname"]?.string
            }
            let isPending = service["spec"]?["type"] == "LoadBalancer" && addresses.isEmpty
            return .string(isPending ? "<pending>" : joined(addresses))
        },
        PrinterColumn("Port(s)") { service, _ in
            .string(
                joined(
                    (service["spec"]?["ports"]?.array ?? []).map { port in
                        let node = port["nodePort"]?.int.map { ":\($0)" } ?? ""
                        return "\(port["port"] ?? 0)\(node)/\(port["protocol"]?.string ?? "TCP")"
                    }))
        },
        PrinterColumn.age,
        PrinterColumn("Selector", priority: 1) { service, _ in labels(service["spec"]?["selector"]) },
    ]

    static let endpoints = [
        PrinterColumn.nameColumn,
        PrinterColumn("Endpoints") { endpoints, _ in
            let addresses = (endpoints["subsets"]?.array ?? []).flatMap { subset in
                (subset["addresses"]?.array ?? []).flatMap { address in
                    (subset["ports"]?.array ?? []).map { "\(address["ip"]?.string ?? ""):\($0["port"] ?? 0)" }
                }
            }
            return .string(joined(addresses))
        },
        PrinterColumn.age,
    ]

    static let events = [
        PrinterColumn("Last Seen") { event, now in
            let moments = ["lastTimestamp", "eventTime", "firstTimestamp"].compactMap { event[$0]?.string }
            let moment = event["series"]?["lastObservedTime"] ?? moments.first.map(JSON.string)
            return .string(HumanDuration.since(moment ?? event["metadata"]?["creationTimestamp"], now))
        },
        PrinterColumn("Type", "type"), PrinterColumn("Reason", "reason"),
        PrinterColumn("Object") { event, _ in
            let object = event["involvedObject"]
            return .string("\((object?["kind"]?.string ?? "").lowercased())/\(object?["name"]?.string ?? "")")
        },
        PrinterColumn("Source", "source", "component", priority: 1), PrinterColumn("Message", "message"),
        number("Count", priority: 1) { $0["count"]?.int ?? 1 },
        PrinterColumn("Name", "metadata", "name", priority: 1),
    ]

    static let pods = [
        PrinterColumn.nameColumn,
        PrinterColumn("Ready") { pod, _ in
            let statuses = pod["status"]?["containerStatuses"]?.array ?? []
            let total = pod["spec"]?["containers"]?.array?.count ?? 0
            return .string("\(statuses.count { $0["ready"] == true })/\(total)")
        },
        PrinterColumn("Status", "status", "phase"),
        number("Restarts") { pod in
            (pod["status"]?["containerStatuses"]?.array ?? []).reduce(0) { $0 + ($1["restartCount"]?.int ?? 0) }
        },
        PrinterColumn.age, PrinterColumn("IP", "status", "podIP", priority: 1),
        PrinterColumn("Node", "spec", "nodeName", priority: 1),
    ]

    static let deployments = [
        PrinterColumn.nameColumn,
        PrinterColumn("Ready") { deployment, _ in
            .string("\(deployment["status"]?["readyReplicas"]?.int ?? 0)/\(deployment["spec"]?["replicas"]?.int ?? 1)")
        },
        number("Up-to-date") { $0["status"]?["updatedReplicas"]?.int ?? 0 },
        number("Available") { $0["status"]?["availableReplicas"]?.int ?? 0 }, PrinterColumn.age,
        PrinterColumn("Containers", priority: 1) { containers($0, $1, "name") },
        PrinterColumn("Images", priority: 1) { containers($0, $1, "image") },
        PrinterColumn("Selector", priority: 1) { deployment, _ in
            labels(deployment["spec"]?["selector"]?["matchLabels"])
        },
    ]

    static let resourceQuotas = [
        PrinterColumn.nameColumn,
        PrinterColumn("Request") { quota, _ in
            let used = quota["status"]?["used"]
            let hard = (quota["spec"]?["hard"]?.object ?? [:]).sorted { $0.key < $1.key }
            return .string(
                hard.map { "\($0.key): \(text(used?[$0.key]) ?? "0")/\(text($0.value) ?? "")" }.joined(separator: ", "))
        },
        PrinterColumn.age,
    ]

    static let leases = [
        PrinterColumn.nameColumn, PrinterColumn("Holder", "spec", "holderIdentity"), PrinterColumn.age,
    ]

    static let namedAndDated = [PrinterColumn.nameColumn, PrinterColumn.createdAt]

    static let bindings = [
        PrinterColumn.nameColumn,
        PrinterColumn("Role") { binding, _ in
            .string("\(binding["roleRef"]?["kind"]?.string ?? "")/\(binding["roleRef"]?["name"]?.string ?? "")")
        },
        PrinterColumn.age,
    ]

    static let webhooks = [
        PrinterColumn.nameColumn, number("Webhooks") { $0["webhooks"]?.array?.count ?? 0 }, PrinterColumn.age,
    ]

    private static func number(
        _ name: String, priority: Int = 0, _ value: @escaping @Sendable (JSON) -> Int
    ) -> PrinterColumn {
        PrinterColumn(name, type: "integer", priority: priority) { object, _ in .int(Int64(value(object))) }
    }

    private static func count(_ map: JSON?) -> Int { map?.object?.count ?? 0 }

    private static func condition(_ object: JSON, _ type: String) -> JSON? {
        object["status"]?["conditions"]?.array?.first { $0["type"]?.string == type }
    }

    private static func address(_ node: JSON, _ type: String) -> JSON {
        let addresses = node["status"]?["addresses"]?.array ?? []
        return addresses.first { $0["type"]?.string == type }?["address"] ?? "<none>"
    }

    private static func containers(_ workload: JSON, _: Timestamp, _ field: String) -> JSON {
        let containers = workload[["spec", "template", "spec", "containers"]]?.array ?? []
        return .string(joined(containers.compactMap { $0[field]?.string }))
    }

    private static func labels(_ map: JSON?) -> JSON {
        let pairs = (map?.object ?? [:]).sorted { $0.key < $1.key }
        return .string(joined(pairs.map { "\($0.key)=\($0.value.string ?? "")" }))
    }

    private static func joined(_ texts: [String]) -> String { texts.isEmpty ? "<none>" : texts.joined(separator: ",") }

    private static func text(_ quantity: JSON?) -> String? { quantity.map { $0.string ?? $0.description } }
}
