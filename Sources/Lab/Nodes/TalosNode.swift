import Core
import PKI
import TalosMessages

/// One simulated machine: it performs what ``NodeLife`` decides, over real sockets on its own address.
actor TalosNode {
    /// Work that goes on until it is replaced or the machine is off.
    enum Slot: Hashable {
        /// Firmware, kernel start, configuration, installation or the running system.
        case work
        /// The Talos API.
        case api
        /// A destination of the kernel log.
        case log(String)
    }

    nonisolated let hardware: NodeHardware
    nonisolated let environment: NodeEnvironment
    nonisolated let log: KernelLog
    nonisolated let events: MachineEvents
    /// Fires whenever a resource of the node may have changed.
    nonisolated let changes = Broadcast<Void>(remembered: 1)
    nonisolated let pacer: Pacer

    var life: NodeLife
    var services = ServiceBoard()
    var ledger = ResourceLedger()
    /// The address that the running firmware or system has.
    var address: CIDR?
    var gateway: IPAddress?
    var virtualAddress: IPAddress?
    var commandLine = ""
    var bootID = ""
    var linkNames: [String] = []
    var isTimeInSync = false
    /// Talos' own view of its Kubernetes node.
    var isNodeReady = false
    var isApplying = false
    /// A complete configuration was taken in maintenance; no second one is, even before the first is active.
    var hasAcceptedConfig = false
    /// Set by Bootstrap before the life has heard of it.
    var etcdMember: UInt64?
    var cluster: LabCluster?
    private var slots: [Slot: Task<Void, Never>] = [:]
    private let input: AsyncStream<Input>
    private let inputFeed: AsyncStream<Input>.Continuation

    /// What happens to the machine, now or a little later.
    private struct Input {
        let event: NodeLife.Event
        var delay: Duration = .zero
    }

    init(hardware: NodeHardware, environment: NodeEnvironment) {
        self.hardware = hardware
        self.environment = environment
        log = KernelLog(clock: environment.clock)
        events = MachineEvents(seed: environment.seed, stream: "events-\(hardware.name)")
        pacer = Pacer(
            seed: environment.seed, stream: "pace-\(hardware.name)", jitter: environment.timing.jitter)
        life = NodeLife(kexec: environment.kexec)
        (input, inputFeed) = AsyncStream.makeStream()
    }

    nonisolated var timing: LabTiming { environment.timing }
    nonisolated var now: Timestamp { environment.clock.now }

    /// The machine in the rack, from its power cable to its last process, until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await input in input {
                guard input.delay == .zero else {
                    group.addTask {
                        if (try? await Task.sleep(for: input.delay)) != nil { self.post(input.event) }
                    }
                    continue
                }
                for action in life.on(input.event) { perform(action, in: &group) }
                changed()
            }
            group.cancelAll()
        }
    }

    /// Something happened to the machine.
    nonisolated func post(_ event: NodeLife.Event) {
        inputFeed.yield(Input(event: event))
    }

    /// Something will happen once the answer that announces it has left.
    nonisolated func postSoon(_ event: NodeLife.Event) {
        inputFeed.yield(Input(event: event, delay: max(timing.apiStart, .milliseconds(20))))
    }

    var hostname: String {
        life.config?.hostname ?? KernelArguments(commandLine)["talos.hostname"]
            ?? address.map { "talos-" + $0.address.description.replacing(".", with: "-") } ?? hardware.name
    }

    /// Lets watchers look again.
    func changed() {
        changes.send(())
        checkBootFinished()
    }

    private func perform(_ action: NodeLife.Action, in group: inout DiscardingTaskGroup) {
        switch action {
        case .runFirmware(let afterFailure):
            begin(.work, in: &group) { await $0.runFirmware(afterFailure: afterFailure) }
        case .startKernel(let source, let predictable):
            for case .log(let destination) in slots.keys { stop(.log(destination)) }
            begin(.work, in: &group) { await $0.startKernel(source, predictableNames: predictable) }
        case .fetchConfiguration(let url):
            sendLogs(in: &group)
            begin(.work, in: &group) { await $0.fetchConfiguration(url) }
        case .serve(nil):
            stop(.api)
        case .serve(let personality?):
            sendLogs(in: &group)
            if personality == .maintenance { stop(.work) }
            announce(personality)
            begin(.api, in: &group) { await $0.serveAPI(personality) }
        case .install(let config):
            begin(.work, in: &group) { await $0.install(config) }
        case .startServices(let config):
            begin(.work, in: &group) { await $0.runSystem(config) }
        case .restart(let kind):
            begin(.work, in: &group) { await $0.restart(kind) }
        case .halt:
            stop(.work)
        case .stop:
            for slot in slots.keys { stop(slot) }
            begin(.work, in: &group) { await $0.leaveCluster() }
        case .say(let text):
            log.write(text, level: .warning)
        }
    }

    /// Starts work in a slot after what was there before has ended.
    private func begin(
        _ slot: Slot, in group: inout DiscardingTaskGroup,
        _ work: @escaping @Sendable (isolated TalosNode) async -> Void
    ) {
        let before = slots[slot]
        before?.cancel()
        let task = Task { [self] in
            await before?.value
            if !Task.isCancelled { await work(self) }
        }
        slots[slot] = task
        // The group owns the task: it ends it, and does not end before it.
        group.addTask {
            await withTaskCancellationHandler {
                await task.value
            } onCancel: {
                task.cancel()
            }
        }
    }

    private func stop(_ slot: Slot) {
        slots[slot]?.cancel()
    }

    /// Begins to push the kernel log to each destination that the command line or the configuration names.
    private func sendLogs(in group: inout DiscardingTaskGroup) {
        let named = KernelArguments(commandLine).values("talos.logging.kernel") + (life.config?.kernelLogs ?? [])
        for text in Set(named) {
            let slot = Slot.log(text)
            guard slots[slot].map(\.isCancelled) ?? true, let destination = BootURL(text), let address,
                destination.scheme == "tcp"
            else { continue }
            let sender = LogSender(
                destination: destination, source: address.address, eventLoops: environment.eventLoops,
                retry: timing.probe)
            let lines = log.follow()
            begin(slot, in: &group) { _ in await sender.run(lines) }
        }
    }

    private func announce(_ personality: NodeLife.Personality) {
        switch personality {
        case .maintenance:
            var task = Machine_TaskEvent()
            task.task = "runningMaintenance"
            task.action = .start
            publish(task)
            log.write("[talos] this machine is running in maintenance mode, waiting for a machine configuration")
        case .configured:
            break
        }
    }
}
