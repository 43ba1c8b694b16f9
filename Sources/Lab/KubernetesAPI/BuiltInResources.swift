import Core

/// The built-in resources: what a Kubernetes cluster serves before any CRD.
enum BuiltInResources {
    static let all: [ResourceKind] = core + workloads + policies + storage + networking

    private static let core: [ResourceKind] = [
        kind(
            "", "v1", "namespaces", "Namespace", short: ["ns"], scope: .cluster, status: true,
            columns: BuiltInColumns.namespaces),
        kind(
            "", "v1", "nodes", "Node", short: ["no"], scope: .cluster, status: true, schema: .node,
            columns: BuiltInColumns.nodes),
        kind("", "v1", "secrets", "Secret", columns: BuiltInColumns.secrets),
        kind("", "v1", "configmaps", "ConfigMap", short: ["cm"], columns: BuiltInColumns.configMaps),
        kind(
            "", "v1", "serviceaccounts", "ServiceAccount", short: ["sa"], schema: .serviceAccount,
            columns: BuiltInColumns.serviceAccounts),
        kind(
            "", "v1", "services", "Service", short: ["svc"], categories: ["all"], status: true, schema: .service,
            columns: BuiltInColumns.services),
        kind("", "v1", "endpoints", "Endpoints", short: ["ep"], columns: BuiltInColumns.endpoints),
        kind("", "v1", "events", "Event", short: ["ev"], columns: BuiltInColumns.events),
        kind(
            "", "v1", "pods", "Pod", short: ["po"], categories: ["all"], status: true, schema: .pod,
            columns: BuiltInColumns.pods),
        kind(
            "", "v1", "resourcequotas", "ResourceQuota", short: ["quota"], status: true, schema: .limited,
            columns: BuiltInColumns.resourceQuotas),
        kind("", "v1", "limitranges", "LimitRange", short: ["limits"]),
        kind("", "v1", "persistentvolumes", "PersistentVolume", short: ["pv"], scope: .cluster, status: true),
        kind("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", short: ["pvc"], status: true),
        kind(
            "", "v1", "replicationcontrollers", "ReplicationController", short: ["rc"], categories: ["all"],
            status: true, generation: .content),
        event,
        kind("coordination.k8s.io", "v1", "leases", "Lease", columns: BuiltInColumns.leases),
        kind(
            "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition",
            short: ["crd", "crds"],
            categories: ["api-extensions"], scope: .cluster, status: true, generation: .content,
            columns: BuiltInColumns.namedAndDated),
        kind(
            "apiregistration.k8s.io", "v1", "apiservices", "APIService", categories: ["api-extensions"],
            scope: .cluster, status: true),
    ]

    /// Core events under their newer name.
    private static let event: ResourceKind = {
        var event = kind("events.k8s.io", "v1", "events", "Event", short: ["ev"], columns: BuiltInColumns.events)
        event.form = .event
        return event
    }()

    private static let workloads: [ResourceKind] = [
        workload("apps", "deployments", "Deployment", "deploy", columns: BuiltInColumns.deployments),
        workload("apps", "replicasets", "ReplicaSet", "rs"), workload("apps", "statefulsets", "StatefulSet", "sts"),
        workload("apps", "daemonsets", "DaemonSet", "ds"),
        kind("apps", "v1", "controllerrevisions", "ControllerRevision"),
        workload("batch", "jobs", "Job", nil), workload("batch", "cronjobs", "CronJob", "cj"),
    ]

    private static let policies: [ResourceKind] = [
        kind("rbac.authorization.k8s.io", "v1", "roles", "Role", columns: BuiltInColumns.namedAndDated),
        kind("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", columns: BuiltInColumns.bindings),
        kind(
            "rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", scope: .cluster,
            columns: BuiltInColumns.namedAndDated),
        kind(
            "rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", scope: .cluster,
            columns: BuiltInColumns.bindings),
        webhook("mutatingwebhookconfigurations", "MutatingWebhookConfiguration"),
        webhook("validatingwebhookconfigurations", "ValidatingWebhookConfiguration"),
        kind(
            "admissionregistration.k8s.io", "v1", "validatingadmissionpolicies", "ValidatingAdmissionPolicy",
            categories: ["api-extensions"],
            scope: .cluster, status: true, generation: .content),
        kind(
            "admissionregistration.k8s.io", "v1", "validatingadmissionpolicybindings",
            "ValidatingAdmissionPolicyBinding",
            categories: ["api-extensions"], scope: .cluster),
        kind(
            "policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", short: ["pdb"], status: true,
            generation: .content),
        kind("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", short: ["pc"], scope: .cluster),
    ]

    private static let storage: [ResourceKind] = [
        kind("storage.k8s.io", "v1", "storageclasses", "StorageClass", short: ["sc"], scope: .cluster),
        kind("storage.k8s.io", "v1", "csidrivers", "CSIDriver", scope: .cluster),
        kind("storage.k8s.io", "v1", "csinodes", "CSINode", scope: .cluster),
        kind("storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", scope: .cluster, status: true),
    ]

    private static let networking: [ResourceKind] = [
        kind("networking.k8s.io", "v1", "ingresses", "Ingress", short: ["ing"], status: true, generation: .content),
        kind("networking.k8s.io", "v1", "ingressclasses", "IngressClass", scope: .cluster, generation: .content),
        kind(
            "networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", short: ["netpol"], generation: .content,
            schema: .networkPolicy),
        kind("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
    ]

    private enum Scope { case cluster, namespaced }

    private static func kind(
        _ group: String, _ version: String, _ plural: String, _ kind: String, short: [String] = [],
        categories: [String] = [],
        scope: Scope = .namespaced, status: Bool = false, generation: ResourceKind.GenerationRule = .none,
        schema: Schema = .builtIn, columns: [PrinterColumn] = PrinterColumn.nameAndAge
    ) -> ResourceKind {
        var resource = ResourceKind(group, version, plural, kind, isNamespaced: scope == .namespaced)
        resource.shortNames = short
        resource.categories = categories
        resource.hasStatus = status
        resource.generation = generation
        resource.schema = schema
        resource.columns = columns
        return resource
    }

    private static func workload(
        _ group: String, _ plural: String, _ name: String, _ short: String?,
        columns: [PrinterColumn] = PrinterColumn.nameAndAge
    ) -> ResourceKind {
        kind(
            group, "v1", plural, name, short: short.map { [$0] } ?? [], categories: ["all"], status: true,
            generation: .content, schema: .workload, columns: columns)
    }

    private static func webhook(_ plural: String, _ name: String) -> ResourceKind {
        kind(
            "admissionregistration.k8s.io", "v1", plural, name, categories: ["api-extensions"], scope: .cluster,
            generation: .content, schema: .webhooks, columns: BuiltInColumns.webhooks)
    }
}
