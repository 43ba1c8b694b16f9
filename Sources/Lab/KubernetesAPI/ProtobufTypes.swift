/// The fields of a Kubernetes protobuf message by their numbers (`generated.proto` of `k8s.io/api` and `apimachinery`), as
/// far as `kubectl create …` fills them.
struct ProtobufMessage: Sendable {
    indirect enum Shape: Sendable {
        case text, data, number, flag, time, quantity
        case list(Shape)
        case map(Shape)
        case message(@Sendable () -> ProtobufMessage)
    }

    let fields: [Int: (name: String, shape: Shape)]

    private init(_ fields: [Int: (String, Shape)]) {
        self.fields = fields.mapValues { (name: $0.0, shape: $0.1) }
    }

    static let envelope = ProtobufMessage([1: ("typeMeta", .message { typeMeta }), 2: ("raw", .data)])
    static let time = ProtobufMessage([1: ("seconds", .number)])
    static let quantity = ProtobufMessage([1: ("string", .text)])

    /// By API version and kind.
    static let kinds: [String: ProtobufMessage] = [
        "v1 Namespace": object([2: ("spec", .message { names(1, "finalizers") })]),
        "v1 ConfigMap": object([2: ("data", .map(.text)), 3: ("binaryData", .map(.data)), 4: ("immutable", .flag)]),
        "v1 Secret": object([
            2: ("data", .map(.data)), 3: ("type", .text), 4: ("stringData", .map(.text)), 5: ("immutable", .flag),
        ]),
        "v1 ServiceAccount": object([4: ("automountServiceAccountToken", .flag)]),
        "v1 ResourceQuota": object([
            2: ("spec", .message { ProtobufMessage([1: ("hard", .map(.quantity)), 2: ("scopes", .list(.text))]) })
        ]),
        "rbac.authorization.k8s.io/v1 Role": object([2: ("rules", .list(.message { policyRule }))]),
        "rbac.authorization.k8s.io/v1 ClusterRole": object([2: ("rules", .list(.message { policyRule }))]),
        "rbac.authorization.k8s.io/v1 RoleBinding": binding, "rbac.authorization.k8s.io/v1 ClusterRoleBinding": binding,
        "scheduling.k8s.io/v1 PriorityClass": object([
            2: ("value", .number), 3: ("globalDefault", .flag), 4: ("description", .text),
            5: ("preemptionPolicy", .text),
        ]),
        "authorization.k8s.io/v1 SelfSubjectAccessReview": object([:]),
        "authentication.k8s.io/v1 SelfSubjectReview": object([:]),
        "apps/v1 Deployment": object([2: ("spec", .message { deploymentSpec })]),
    ]

    /// Options of requests, of any API version.
    static let options: [String: ProtobufMessage] = [
        "DeleteOptions": ProtobufMessage([
            1: ("gracePeriodSeconds", .number),
            2: ("preconditions", .message { ProtobufMessage([1: ("uid", .text), 2: ("resourceVersion", .text)]) }),
            3: ("orphanDependents", .flag), 4: ("propagationPolicy", .text), 5: ("dryRun", .list(.text)),
        ])
    ]

    private static let typeMeta = ProtobufMessage([1: ("apiVersion", .text), 2: ("kind", .text)])

    private static func object(_ more: [Int: (String, Shape)]) -> ProtobufMessage {
        ProtobufMessage(more.merging([1: ("metadata", .message { metadata })]) { $1 })
    }

    private static func names(_ number: Int, _ name: String) -> ProtobufMessage {
        ProtobufMessage([number: (name, .list(.text))])
    }

    private static let metadata = ProtobufMessage([
        1: ("name", .text), 2: ("generateName", .text), 3: ("namespace", .text), 5: ("uid", .text),
        6: ("resourceVersion", .text), 7: ("generation", .number), 8: ("creationTimestamp", .time),
        11: ("labels", .map(.text)), 12: ("annotations", .map(.text)),
        13: ("ownerReferences", .list(.message { ownerReference })), 14: ("finalizers", .list(.text)),
    ])

    private static let ownerReference = ProtobufMessage([
        1: ("kind", .text), 3: ("name", .text), 4: ("uid", .text), 5: ("apiVersion", .text), 6: ("controller", .flag),
        7: ("blockOwnerDeletion", .flag),
    ])

    private static let policyRule = ProtobufMessage([
        1: ("verbs", .list(.text)), 2: ("apiGroups", .list(.text)), 3: ("resources", .list(.text)),
        4: ("resourceNames", .list(.text)), 5: ("nonResourceURLs", .list(.text)),
    ])

    private static let binding = object([
        2: (
            "subjects",
            .list(
                .message {
                    ProtobufMessage([
                        1: ("kind", .text), 2: ("apiGroup", .text), 3: ("name", .text), 4: ("namespace", .text),
                    ])
                })
        ),
        3: ("roleRef", .message { ProtobufMessage([1: ("apiGroup", .text), 2: ("kind", .text), 3: ("name", .text)]) }),
    ])

    private static let deploymentSpec = ProtobufMessage([
        1: ("replicas", .number), 2: ("selector", .message { ProtobufMessage([1: ("matchLabels", .map(.text))]) }),
        3: (
            "template",
            .message { ProtobufMessage([1: ("metadata", .message { metadata }), 2: ("spec", .message { podSpec })]) }
        ),
    ])

    private static let podSpec = ProtobufMessage([2: ("containers", .list(.message { container }))])

    private static let container = ProtobufMessage([
        1: ("name", .text), 2: ("image", .text), 3: ("command", .list(.text)), 4: ("args", .list(.text)),
        6: ("ports", .list(.message { ProtobufMessage([3: ("containerPort", .number), 4: ("protocol", .text)]) })),
    ])
}
