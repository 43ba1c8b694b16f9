import YAML

/// The disk that an installation goes to.
enum InstallDisk {
    /// The disk that `machine.install` names. Nil when the configuration has no install section.
    ///
    /// - Throws: ``ConfigRejection`` when it names none, or one that the machine does not have.
    static func choose(config: NodeConfig, disks: [NodeDisk]) throws(ConfigRejection) -> NodeDisk? {
        guard let install = config.legacy?[["machine", "install"]], install.mapping != nil else { return nil }
        if let selector = install["diskSelector"], selector.mapping?.isEmpty == false {
            if selector["name"] != nil {
                throw .validation(["disk selector: name is no longer supported"])
            }
            guard let disk = DiskSelector(selector).first(in: disks) else {
                throw ConfigRejection(stage: .validation, description: "no disks matched the expression")
            }
            return disk
        }
        guard let path = install["disk"]?.text, !path.isEmpty else {
            throw ConfigRejection(
                stage: .validation, description: "either install disk or diskSelector should be defined")
        }
        guard let disk = disks.first(where: { $0.path == path || links(to: $0).contains(path) }),
            !disk.readOnly, !disk.transport.isEmpty
        else {
            throw ConfigRejection(
                stage: .validation, description: "specified install disk does not exist: \"\(path)\"")
        }
        return disk
    }

    /// The names below `/dev/disk` that udev gives a disk.
    private static func links(to disk: NodeDisk) -> [String] {
        guard !disk.wwid.isEmpty else { return [] }
        let wwid = disk.wwid.replacing("naa.", with: "0x")
        let prefix = disk.transport == "nvme" ? "nvme-" : "wwn-"
        return ["/dev/disk/by-id/\(prefix)\(wwid)"]
    }
}
