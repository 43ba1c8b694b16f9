import Core
import TalosMessages

/// From power-on to a kernel with a network.
extension TalosNode {
    /// Boots from the network, as often as it takes.
    func runFirmware(afterFailure: Bool) async {
        await leaveCluster()
        services.clear()
        address = nil
        let firmware = PXEFirmware(hardware: hardware, environment: environment, pacer: pacer)
        do {
            try await pacer.wait(afterFailure ? timing.firmwareRetry : timing.firmwareStart)
            switch try await firmware.boot() {
            case .kernel(let arguments, let lease):
                address = lease.address
                gateway = lease.gateway
                post(.kernelLoaded(arguments))
            case .disk:
                post(.sentToDisk)
            case .powerOff:
                post(.powerOff)
            }
        } catch {
            return
        }
    }

    /// Starts a kernel: a new log, a new boot id, links and an address.
    func startKernel(_ source: NodeLife.Source, predictableNames: Bool) async {
        await leaveCluster()
        log.restart()
        ledger.clear()
        services.clear()
        events.restart()
        (isTimeInSync, isNodeReady, cluster, virtualAddress) = (false, false, nil, nil)
        hasAcceptedConfig = false
        etcdMember = life.installation?.etcdMember
        bootID = newBootID()
        linkNames = hardware.links.map { $0.name(predictable: predictableNames) }
        switch source {
        case .network(let arguments): commandLine = arguments.description
        case .disk: commandLine = "BOOT_IMAGE=/A/vmlinuz talos.platform=metal console=tty0 slab_nomerge pti=on"
        }
        log.write("Linux version 6.18.44-talos (lab) #1 SMP PREEMPT_DYNAMIC")
        log.write("Command line: \(commandLine)")
        log.write("[talos] booting Talos \(environment.talosVersion)")
        sequence("initialize", .start)
        guard (try? await pacer.wait(timing.kernelStart)) != nil else { return }
        await bringUpNetwork(fromDisk: source == .disk)
        services.set("machined", .running, "Service started as goroutine", healthy: true, now: now)
        services.set("containerd", .running, "Health check successful", healthy: true, now: now)
        services.set("udevd", .running, "Health check successful", healthy: true, now: now)
        post(.systemUp)
    }

    /// The address of the configuration on the disk, or the one of the lease.
    private func bringUpNetwork(fromDisk: Bool) async {
        let config = life.installation?.config
        if let network = config.flatMap({ MachineNetwork(config: $0, hardware: hardware, linkNames: linkNames) }),
            let fixed = network.address
        {
            (address, gateway) = (fixed, network.gateway ?? gateway)
        } else if fromDisk, address == nil {
            // A system from the disk asks for a lease of its own.
            let client = DHCPSession(hardware: hardware, environment: environment, pacer: pacer)
            while !Task.isCancelled {
                if let lease = try? await client.lease(as: .system) {
                    (address, gateway) = (lease.address, lease.gateway)
                    break
                }
            }
        }
        if let address, let link = linkNames.first {
            log.write("[talos] assigned address \(address) to link \"\(link)\"")
        }
    }

    /// The machine goes down and comes up again.
    func restart(_ kind: NodeLife.Restart) async {
        await leaveCluster()
        sequence("reboot", .start)
        log.write(kind == .kexec ? "kexec_core: Starting new kernel" : "reboot: Restarting system")
        services.clear()
        guard (try? await pacer.wait(timing.restart)) != nil else { return }
        post(.restarted)
    }

    private func newBootID() -> String {
        var random = SeededRandom(seed: environment.seed, stream: "boot-\(hardware.name)-\(life.boots)")
        return MachineUUID(octets: random.bytes(16))?.description ?? ""
    }
}
