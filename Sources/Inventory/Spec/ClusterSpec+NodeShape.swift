import YAML

extension ClusterSpec {
    /// One node.
    static let node = ObjectShape(
        [
            Field(
                "name", .text(.label), .required, "the name of the node and its host name",
                aliases: ["hostname", "host"]),
            Field(
                "role",
                .choice(
                    ["control-plane", "worker"],
                    aliases: ["master": "control-plane", "cp": "control-plane", "node": "worker", "compute": "worker"]),
                .required, "what the node does"),
            Field(
                "match",
                .object(
                    ObjectShape(
                        [
                            Field(
                                "mac", .text(.mac), .optional, "the address of the card it boots from",
                                aliases: ["macAddress"]),
                            Field("uuid", .text(.uuid), .optional, "the UUID that its firmware shows"),
                            Field(
                                "serial", .text(.machineSerial), .optional, "the serial number that its firmware shows"),
                        ], alternatives: .atLeastOne(["mac", "uuid", "serial"]),
                        hint: "for example match: {mac: 52:54:00:aa:bb:01}")
                ), .required, "how the machine is recognised"),
            Field(
                "address", .text(.address), .required, "the node's address", aliases: ["ip", "ipAddress", "addresses"]),
            Field(
                "disk", .object(disk), .required, "the disk that Talos is installed to",
                aliases: ["installDisk", "disks"]),
            Field(
                "bmc", .object(bmc), .optional, "the controller that switches the machine",
                aliases: ["ipmi", "redfish", "power"]),
            Field(
                "labels", .map(keys: .labelKey, values: .text(.labelValue)), .defaulted([:]),
                "labels of the Node object",
                aliases: ["nodeLabels"]),
            Field(
                "patches", .list(.patch), .defaulted([]), "machine-config patches, as mappings or YAML text",
                aliases: ["configPatches", "patch"]),
        ], hint: "begin each node with '- name:'")

    private static let disk = ObjectShape(
        [
            Field("wwid", .text(.diskIdentity), .optional, "its World Wide Identifier", aliases: ["wwn"]),
            Field("serial", .text(.diskIdentity), .optional, "its serial number"),
            Field(
                "selector", .object(selector), .optional,
                "what only this disk of the machine fits; with delivery push only"),
        ], alternatives: .exactlyOne(["wwid", "serial", "selector"]),
        hint: "device names change from boot to boot: name the disk by wwid or serial, as talosctl get disks shows them"
    )

    private static let selector = ObjectShape(
        [
            Field("wwid", .text(.line), .optional, "a pattern of its WWID"),
            Field("serial", .text(.line), .optional, "a pattern of its serial number"),
            Field("model", .text(.line), .optional, "a pattern of its model"),
            Field("size", .text(.diskSize), .optional, "its size, compared"),
            Field("type", .choice(["ssd", "hdd", "nvme", "sd"]), .optional, "its type; NVMe disks fit ssd as well"),
            Field("busPath", .text(.line), .optional, "a pattern of its place on the bus"),
            Field("modalias", .text(.line), .optional, "a pattern of its modalias"),
        ], alternatives: .atLeastOne(["wwid", "serial", "model", "size", "type", "busPath", "modalias"]),
        hint: "for example selector: {model: 'Micron_5300*', size: '< 1TB'}")

    private static let bmc = ObjectShape([
        Field("address", .text(.hostPort), .required, "its address", aliases: ["host", "ip", "url"]),
        Field(
            "protocol", .choice(["redfish", "ipmi"]), .defaulted("redfish"), "how it is spoken to", aliases: ["type"]),
        Field("username", .text(.line), .required, "the user to log in as", aliases: ["user"]),
        Field(
            "passwordFile", .text(.absolutePath), .required, "the file whose first line is the password",
            aliases: ["password", "passwordfile"]),
    ])

    static let storage = ObjectShape([
        Field(
            "pools",
            .list(
                .object(
                    ObjectShape([
                        Field("name", .text(.label), .defaulted("data"), "the name of the pool"),
                        Field("backend", .choice(["zfs", "lvm"]), .defaulted("zfs"), "what the pool is made of"),
                        Field(
                            "devices", .list(.text(.absolutePath), minimum: 1), .required, "the devices of each node"),
                        Field(
                            "nodes", .list(.text(.label)), .defaulted([]),
                            "the nodes that have it; none named means all"),
                    ]))), .defaulted([]), "pools of disks"),
        Field("defaultClass", .choice(["local", "replicated"]), .defaulted("replicated"), "the default storage class"),
        Field("replicas", .integer(1...10), .defaulted(3), "the copies that class replicated keeps"),
    ])

    static let loadBalancer = ObjectShape([
        Field(
            "pools",
            .list(
                .object(
                    ObjectShape([
                        Field("name", .text(.label), .defaulted("cozystack"), "the name of the pool"),
                        Field(
                            "ranges", .list(.text(.range), minimum: 1), .required, "its addresses",
                            aliases: ["addresses", "range"]),
                    ])), minimum: 1), .required, "pools of addresses")
    ])

    static let rootTenant = ObjectShape([
        Field("host", .text(.domain), .optional, "its domain; by default platform.values.publishing.host"),
        Field("ingress", .boolean, .defaulted(true), "whether it has an ingress"),
        Field("monitoring", .boolean, .defaulted(true), "whether it has monitoring"),
        Field("etcd", .boolean, .defaulted(true), "whether it has an etcd, which managed Kubernetes needs"),
        Field("seaweedfs", .boolean, .defaulted(true), "whether it has object storage"),
    ])
}
