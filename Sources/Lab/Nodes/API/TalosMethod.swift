/// Who may call what of Talos' API, and whether a call changes anything (Talos 1.13, machined's access rules).
struct TalosMethod: Sendable, Hashable {
    enum Role: Int, Sendable, Hashable, Comparable {
        case reader
        case `operator`
        case admin

        static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }

        /// The strongest role among the organisations of a client certificate.
        init?(organizations: [String]) {
            if organizations.contains("os:admin") {
                self = .admin
            } else if organizations.contains("os:operator") {
                self = .operator
            } else if organizations.contains("os:reader") {
                self = .reader
            } else {
                return nil
            }
        }
    }

    /// The weakest role that may call it.
    let minimum: Role
    let changes: Bool

    /// - Returns: nil for a path that no service of Talos 1.13 has.
    static func at(_ path: String) -> TalosMethod? { all[path] }

    private static let all: [String: TalosMethod] = {
        var all: [String: TalosMethod] = [:]
        func add(_ service: String, _ minimum: Role, changes: Bool = false, _ names: String) {
            for name in names.split(separator: " ") {
                all["/\(service)/\(name)"] = TalosMethod(minimum: minimum, changes: changes)
            }
        }
        let machine = "machine.MachineService"
        add(
            machine, .reader,
            """
            CPUFreqStats CPUInfo Containers DiskStats DiskUsage Dmesg EtcdAlarmList EtcdMemberList EtcdStatus Events \
            Hostname ImageList List LoadAvg Logs LogsContainers Memory Mounts Netstat NetworkDeviceStats Processes \
            ServiceList Stats SystemStat Version
            """)
        // The handlers look at the role themselves: readers may in maintenance only.
        add(machine, .reader, changes: true, "ApplyConfiguration")
        add("storage.StorageService", .reader, changes: true, "BlockDeviceWipe")
        add(
            machine, .operator, changes: true,
            """
            EtcdAlarmDisarm EtcdDefragment ImagePull Reboot Restart ServiceRestart ServiceStart ServiceStop Shutdown
            """)
        add(machine, .operator, "EtcdSnapshot PacketCapture")
        add(machine, .admin, "Copy Kubeconfig Read GenerateClientConfiguration EtcdDowngradeValidate")
        add(
            machine, .admin, changes: true,
            """
            Bootstrap EtcdDowngradeCancel EtcdDowngradeEnable EtcdForfeitLeadership EtcdLeaveCluster EtcdRecover \
            EtcdRemoveMemberByID MetaDelete MetaWrite Reset Rollback Upgrade
            """)
        add("storage.StorageService", .reader, "Disks")
        add("time.TimeService", .reader, "Time TimeCheck")
        add("cluster.ClusterService", .reader, "HealthCheck")
        add("inspect.InspectService", .reader, "ControllerRuntimeDependencies")
        add("machine.ImageService", .reader, "List Verify")
        add("machine.ImageService", .operator, changes: true, "Pull")
        add("machine.ImageService", .admin, changes: true, "Import Remove")
        add("machine.LifecycleService", .admin, changes: true, "Install Upgrade")
        add("machine.DebugService", .admin, changes: true, "ContainerRun")
        add("cosi.resource.State", .reader, "Get List Watch")
        add("cosi.resource.State", .reader, changes: true, "Create Update Destroy Teardown TeardownAndDestroy")
        return all
    }()
}
