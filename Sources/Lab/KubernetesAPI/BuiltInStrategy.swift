import Core
import PKI

/// What the server fills in and refuses for single built-in kinds.
enum BuiltInStrategy {
    static func nameRule(_ kind: ResourceKind) -> ObjectMetadata.NameRule {
        switch (kind.group, kind.kind) {
        case ("", "Namespace"), ("", "Service"): .label
        case ("rbac.authorization.k8s.io", _): .pathSegment
        default: .subdomain
        }
    }

    /// What is set when an object is created.
    static func initialize(_ object: inout JSON, _ kind: ResourceKind) {
        switch (kind.group, kind.kind) {
        case ("", "Namespace"):
            object["spec"] = ["finalizers": ["kubernetes"]]
            object["status"] = ["phase": "Active"]
            object[["metadata", "labels", "kubernetes.io/metadata.name"]] = object["metadata"]?["name"]
        case ("", "Pod"): object["status"] = ["phase": "Pending"]
        case ("", "PersistentVolumeClaim"), ("", "PersistentVolume"): object["status"] = ["phase": "Pending"]
        case ("", "Service"): object["status"] = ["loadBalancer": [:]]
        case ("apps", "Deployment"), ("apps", "ReplicaSet"), ("apps", "StatefulSet"), ("apps", "DaemonSet"):
            object["status"] = [:]
        default: break
        }
    }

    static func fillDefaults(_ object: inout JSON, _ kind: ResourceKind) {
        switch (kind.group, kind.kind) {
        case ("", "Secret"):
            if object["type"] == nil { object["type"] = "Opaque" }
            for (key, value) in object["stringData"]?.object ?? [:] {
                object[["data", key]] = .string(Base64.encode(Array((value.string ?? "").utf8)))
            }
            object["stringData"] = nil
        case ("", "Service"): fillService(&object)
        case ("", "Pod"):
            if var spec = object["spec"] {
                fillPod(&spec)
                object["spec"] = spec
            }
        case ("apps", "Deployment"): fillDeployment(&object)
        case ("apps", _), ("batch", "Job"): fillTemplate(&object)
        case ("apiextensions.k8s.io", "CustomResourceDefinition"): CustomResourceDefinition.fillDefaults(&object)
        default: break
        }
    }

    /// What an update keeps although it does not name it.
    static func carryOver(_ object: inout JSON, from old: JSON, _ kind: ResourceKind) {
        switch (kind.group, kind.kind) {
        case ("", "Namespace"):
            object["spec"] = old["spec"]
            object[["metadata", "labels", "kubernetes.io/metadata.name"]] = object["metadata"]?["name"]
        case ("", "Service"):
            for field in ["clusterIP", "clusterIPs"] where object["spec"]?[field] == nil {
                object[["spec", field]] = old["spec"]?[field]
            }
        case ("", "ServiceAccount") where object["secrets"] == nil: object["secrets"] = old["secrets"]
        default: break
        }
    }

    static func faults(_ object: JSON, old: JSON?, _ kind: ResourceKind) -> [APIError.Cause] {
        switch (kind.group, kind.kind) {
        case ("", "Secret"): dataFaults(object, old: old, isBase64: true) + immutable(object, old, ["type"])
        case ("", "ConfigMap"): dataFaults(object, old: old, isBase64: false)
        case ("apps", "Deployment"), ("apps", "ReplicaSet"), ("apps", "StatefulSet"), ("apps", "DaemonSet"):
            workloadFaults(object) + immutable(object, old, ["spec", "selector"])
        case ("", "Pod"): containerFaults(object["spec"], at: "spec")
        case ("", "Service"):
            object["spec"]?["ports"]?.array?.isEmpty ?? true && object["spec"]?["clusterIP"]?.string != "None"
                && object["spec"]?["type"]?.string != "ExternalName"
                ? [APIError.Cause("FieldValueRequired", "Required value", field: "spec.ports")] : []
        case ("rbac.authorization.k8s.io", "RoleBinding"), ("rbac.authorization.k8s.io", "ClusterRoleBinding"):
            (object["roleRef"]?["name"] == nil
                ? [APIError.Cause("FieldValueRequired", "Required value", field: "roleRef.name")] : [])
                + immutable(object, old, ["roleRef"])
        case ("apiextensions.k8s.io", "CustomResourceDefinition"): CustomResourceDefinition.faults(object, old: old)
        default: []
        }
    }

    private static func immutable(_ object: JSON, _ old: JSON?, _ path: [String]) -> [APIError.Cause] {
        guard let old, old[path] != object[path] else { return [] }
        return [
            APIError.Cause(
                "FieldValueInvalid", "Invalid value: \(object[path] ?? .null): field is immutable",
                field: path.joined(separator: "."))
        ]
    }

    private static func dataFaults(_ object: JSON, old: JSON?, isBase64: Bool) -> [APIError.Cause] {
        var causes: [APIError.Cause] = []
        for (key, value) in (object["data"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
            if value.string.map({ isBase64 && Base64.decode($0) == nil }) ?? true {
                causes.append(
                    APIError.Cause(
                        "FieldValueInvalid",
                        "Invalid value: \(isBase64 ? "<secret contents redacted>" : value.description): must be "
                            + (isBase64 ? "base64" : "a string"), field: "data[\(key)]"))
            }
        }
        if old?["immutable"] == true, old?["data"] != object["data"] || old?["binaryData"] != object["binaryData"] {
            causes.append(
                APIError.Cause(
                    "FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set", field: "data"))
        }
        return causes
    }

    private static func workloadFaults(_ object: JSON) -> [APIError.Cause] {
        let template = object["spec"]?["template"]
        var causes = containerFaults(template?["spec"], at: "spec.template.spec")
        guard let selector = object["spec"]?["selector"]?["matchLabels"]?.object, !selector.isEmpty else {
            if object["spec"]?["selector"]?["matchExpressions"] == nil {
                causes.append(APIError.Cause("FieldValueRequired", "Required value", field: "spec.selector"))
            }
            return causes
        }
        let labels = template?["metadata"]?["labels"]?.object ?? [:]
        if !selector.allSatisfy({ labels[$0.key] == $0.value }) {
            causes.append(
                APIError.Cause(
                    "FieldValueInvalid",
                    "Invalid value: \(JSON.object(labels)): `selector` does not match template `labels`",
                    field: "spec.template.metadata.labels"))
        }
        return causes
    }

    private static func containerFaults(_ spec: JSON?, at path: String) -> [APIError.Cause] {
        guard let containers = spec?["containers"]?.array, !containers.isEmpty else {
            return [APIError.Cause("FieldValueRequired", "Required value", field: "\(path).containers")]
        }
        var names: Set<String> = []
        var causes: [APIError.Cause] = []
        for (index, container) in containers.enumerated() {
            for field in ["name", "image"] where container[field]?.string?.isEmpty ?? true {
                causes.append(
                    APIError.Cause(
                        "FieldValueRequired", "Required value", field: "\(path).containers[\(index)].\(field)"))
            }
            if let name = container["name"]?.string, !names.insert(name).inserted {
                causes.append(
                    APIError.Cause(
                        "FieldValueDuplicate", "Duplicate value: \(name.quoted)",
                        field: "\(path).containers[\(index)].name"))
            }
        }
        return causes
    }

    private static func fillService(_ object: inout JSON) {
        guard var spec = object["spec"] else { return }
        spec.fill(["type": "ClusterIP", "sessionAffinity": "None", "internalTrafficPolicy": "Cluster"])
        if let ports = spec["ports"]?.array {
            spec["ports"] = .array(
                ports.map { port in
                    var port = port
                    port.fill(["protocol": "TCP"])
                    if port["targetPort"] == nil { port["targetPort"] = port["port"] }
                    return port
                })
        }
        object["spec"] = spec
    }

    private static func fillDeployment(_ object: inout JSON) {
        guard var spec = object["spec"] else { return }
        spec.fill(["replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600])
        var strategy = spec["strategy"] ?? .object([:])
        strategy.fill(["type": "RollingUpdate"])
        if strategy["type"] == "RollingUpdate" {
            var update = strategy["rollingUpdate"] ?? .object([:])
            update.fill(["maxSurge": "25%", "maxUnavailable": "25%"])
            strategy["rollingUpdate"] = update
        }
        spec["strategy"] = strategy
        object["spec"] = spec
        fillTemplate(&object)
    }

    private static func fillTemplate(_ object: inout JSON) {
        guard var spec = object[["spec", "template", "spec"]] else { return }
        fillPod(&spec)
        object[["spec", "template", "spec"]] = spec
    }

    private static func fillPod(_ spec: inout JSON) {
        spec.fill([
            "restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler",
            "securityContext": [:], "terminationGracePeriodSeconds": 30,
        ])
        for list in ["containers", "initContainers"] {
            guard let containers = spec[list]?.array else { continue }
            spec[list] = .array(
                containers.map { container in
                    var container = container
                    container.fill([
                        "resources": [:], "terminationMessagePath": "/dev/termination-log",
                        "terminationMessagePolicy": "File", "imagePullPolicy": "IfNotPresent",
                    ])
                    if let ports = container["ports"]?.array {
                        container["ports"] = .array(
                            ports.map { port in
                                var port = port
                                port.fill(["protocol": "TCP"])
                                return port
                            })
                    }
                    return container
                })
        }
    }
}

extension JSON {
    /// Sets the fields that are not there.
    fileprivate mutating func fill(_ defaults: KeyValuePairs<String, JSON>) {
        for (key, value) in defaults where self[key] == nil { self[key] = value }
    }
}
