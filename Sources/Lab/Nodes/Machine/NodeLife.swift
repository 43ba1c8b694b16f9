/// The life of a simulated machine as a state machine: events in, actions out, no sockets and no clocks.
///
///     off → firmware → booting ─┬→ maintenance → installing → rebooting → booting → running
///              ↑                ├→ installing ↗               │
///              └────────────────┴─────────────────────────────┘ (a reset, or a restart without kexec)
struct NodeLife: Sendable {
    enum Stage: String, Sendable, Hashable {
        case off, firmware, booting, maintenance, installing, rebooting, running
        /// Stopped for good, as `talos.halt_if_installed` does.
        case halted
    }

    /// Where the running kernel came from.
    enum Source: Sendable, Hashable {
        case network(KernelArguments)
        case disk
    }

    /// What is on the system disk: the META and STATE partitions of Talos.
    struct Installation: Sendable, Hashable {
        let disk: String
        var config: NodeConfig
        /// The identity in etcd's data directory; nil while it is empty.
        var etcdMember: UInt64?
    }

    enum Restart: Sendable, Hashable {
        /// Straight into the kernel on the disk.
        case kexec
        /// Through the firmware, which boots from the network first.
        case firmware
    }

    /// The certificate and the rules that the Talos API serves with.
    enum Personality: Sendable, Hashable {
        case maintenance
        case configured
    }

    enum Event: Sendable, Hashable {
        case powerOn
        case powerOff
        /// A kernel was loaded over the network and jumped into.
        case kernelLoaded(KernelArguments)
        /// The boot server or the firmware sent the machine to its disk.
        case sentToDisk
        /// The started kernel has its network.
        case systemUp
        /// A configuration was fetched from `talos.config`, or applied in maintenance.
        case configured(NodeConfig)
        case installed(disk: String)
        case restarted
        /// Every service of the installed system is up.
        case bootFinished
        /// A configuration was applied to an installed node.
        case reconfigured(NodeConfig, reboot: Bool)
        /// A configuration was stored for the next boot.
        case staged(NodeConfig)
        case etcdJoined(member: UInt64)
        case rebootRequested(Restart)
        case shutdownRequested
        /// Everything of the installation goes.
        case resetRequested(reboot: Bool)
    }

    enum Action: Sendable, Hashable {
        case runFirmware(afterFailure: Bool)
        /// Start a kernel; each start has a boot id of its own.
        case startKernel(Source, predictableNames: Bool)
        case fetchConfiguration(url: String)
        case serve(Personality?)
        case install(NodeConfig)
        case startServices(NodeConfig)
        case restart(Restart)
        case halt
        case stop
        /// A line for the console.
        case say(String)
    }

    private(set) var stage = Stage.off
    private(set) var source: Source?
    private(set) var installation: Installation?
    /// The active configuration, complete or not.
    private(set) var config: NodeConfig?
    /// How many kernels have been started.
    private(set) var boots = 0
    private var pendingRestart = Restart.firmware
    /// Whether an installed kernel is started by kexec.
    let kexec: Bool

    init(kexec: Bool) {
        self.kexec = kexec
    }

    mutating func on(_ event: Event) -> [Action] {
        switch event {
        case .powerOff, .shutdownRequested:
            return turnOff()
        case .powerOn:
            guard stage == .off else { return [] }
            stage = .firmware
            return [.runFirmware(afterFailure: false)]
        case .kernelLoaded, .sentToDisk, .systemUp, .restarted, .bootFinished:
            return onBoot(event)
        case .configured(let config):
            return take(config)
        case .installed(let disk):
            guard stage == .installing, let config else { return [] }
            installation = Installation(disk: disk, config: config, etcdMember: nil)
            return restart(kexec ? .kexec : .firmware)
        case .reconfigured(let config, let reboot):
            guard installation != nil, stage == .booting || stage == .running else { return [] }
            installation?.config = config
            if reboot { return restart(.kexec) }
            self.config = config
            return [.startServices(config)]
        case .staged(let config):
            installation?.config = config
            return []
        case .etcdJoined(let member):
            installation?.etcdMember = member
            return []
        case .rebootRequested(let kind):
            guard stage != .off, stage != .firmware else { return [] }
            return restart(kind == .kexec && installation != nil ? .kexec : .firmware)
        case .resetRequested(let reboot):
            guard installation != nil, stage != .off, stage != .firmware else { return [] }
            installation = nil
            return [.say("[talos] wiping system disk")] + (reboot ? restart(.firmware) : turnOff())
        }
    }

    private mutating func onBoot(_ event: Event) -> [Action] {
        switch (event, stage) {
        case (.kernelLoaded(let arguments), .firmware):
            return start(.network(arguments))
        case (.sentToDisk, .firmware):
            guard installation != nil else {
                return [.say("No bootable device."), .runFirmware(afterFailure: true)]
            }
            return start(.disk)
        case (.systemUp, .booting):
            return enterSystem()
        case (.restarted, .rebooting):
            if pendingRestart == .kexec, installation != nil { return start(.disk) }
            stage = .firmware
            return [.runFirmware(afterFailure: false)]
        case (.bootFinished, .booting):
            stage = .running
            return []
        default:
            return []
        }
    }

    private mutating func start(_ source: Source) -> [Action] {
        stage = .booting
        self.source = source
        boots += 1
        config = nil
        var predictable = true
        if case .network(let arguments) = source { predictable = arguments["net.ifnames"] != "0" }
        return [.startKernel(source, predictableNames: predictable)]
    }

    /// The `initialize` sequence up to its phase `config`.
    private mutating func enterSystem() -> [Action] {
        if case .network(let arguments)? = source {
            let missing = ["slab_nomerge", "pti"].filter { arguments[$0] == nil }
            guard missing.isEmpty else {
                let text = "[talos] phase systemRequirements failed: required kernel arguments missing: "
                return [.say(text + missing.joined(separator: ", "))] + restart(.firmware)
            }
            guard arguments["talos.platform"] == "metal" else {
                let text = "[talos] platform \"\(arguments["talos.platform"] ?? "")\" is not metal"
                return [.say(text)] + restart(.firmware)
            }
            if arguments.values("talos.experimental.wipe").contains(where: { $0.hasPrefix("system") }) {
                installation = nil
                return [.say("[talos] wiping system disk")] + restart(.firmware)
            }
            if installation != nil, arguments["talos.halt_if_installed"] == "1" {
                stage = .halted
                return [
                    .say("[talos] Talos is already installed to disk but booted from another media, halting"), .halt,
                ]
            }
        }
        if let installation {
            config = installation.config
            return [.serve(.configured), .startServices(installation.config)]
        }
        if case .network(let arguments)? = source, let url = arguments["talos.config"], !url.isEmpty, url != "none" {
            return [.fetchConfiguration(url: url)]
        }
        stage = .maintenance
        return [.serve(.maintenance)]
    }

    /// A configuration replaces the former one entirely; a complete one ends the search and the maintenance.
    private mutating func take(_ config: NodeConfig) -> [Action] {
        guard stage == .maintenance || stage == .booting, installation == nil else { return [] }
        self.config = config
        guard config.isComplete else {
            guard stage == .booting else { return [] }
            stage = .maintenance
            return [.serve(.maintenance)]
        }
        stage = .installing
        return [.serve(.configured), .install(config)]
    }

    private mutating func restart(_ kind: Restart) -> [Action] {
        stage = .rebooting
        pendingRestart = kind
        return [.serve(nil), .restart(kind)]
    }

    private mutating func turnOff() -> [Action] {
        guard stage != .off else { return [] }
        stage = .off
        source = nil
        config = nil
        return [.serve(nil), .stop]
    }
}
