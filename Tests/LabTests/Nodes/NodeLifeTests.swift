import Testing

@testable import Lab

@Suite struct NodeLifeTests {
    static let kernel = KernelArguments("talos.platform=metal slab_nomerge pti=on talos.config=http://host/config/1")
    static let bare = KernelArguments("talos.platform=metal slab_nomerge pti=on")

    /// A machine that has been through the given events.
    private func life(kexec: Bool = true, after events: [NodeLife.Event]) -> NodeLife {
        var life = NodeLife(kexec: kexec)
        for event in events { _ = life.on(event) }
        return life
    }

    private func installed(_ config: NodeConfig, kexec: Bool = true) -> NodeLife {
        life(
            kexec: kexec,
            after: [.powerOn, .kernelLoaded(Self.kernel), .systemUp, .configured(config), .installed(disk: "sda")])
    }

    @Test("a machine with talos.config fetches, installs, and starts the system on its disk")
    func installation() throws {
        let config = try SampleConfig.controlPlane()
        var life = NodeLife(kexec: true)
        #expect(life.on(.powerOn) == [.runFirmware(afterFailure: false)])
        #expect(
            life.on(.kernelLoaded(Self.kernel)) == [.startKernel(.network(Self.kernel), predictableNames: true)])
        #expect(life.on(.systemUp) == [.fetchConfiguration(url: "http://host/config/1")])
        #expect(life.on(.configured(config)) == [.serve(.configured), .install(config)])
        #expect(life.stage == .installing)
        #expect(life.on(.installed(disk: "sda")) == [.serve(nil), .restart(.kexec)])
        #expect(life.on(.restarted) == [.startKernel(.disk, predictableNames: true)])
        #expect(life.boots == 2)
        #expect(life.on(.systemUp) == [.serve(.configured), .startServices(config)])
        _ = life.on(.bootFinished)
        #expect(life.stage == .running)
    }

    @Test("without talos.config the machine waits in maintenance, a partial configuration keeps it there")
    func maintenance() throws {
        let config = try SampleConfig.controlPlane()
        let partial = try SampleConfig.partial()
        var life = life(after: [.powerOn, .kernelLoaded(Self.bare)])
        #expect(life.on(.systemUp) == [.serve(.maintenance)])
        #expect(life.on(.configured(partial)) == [])
        #expect(life.stage == .maintenance)
        #expect(life.on(.configured(config)) == [.serve(.configured), .install(config)])
    }

    @Test("a partial configuration from the URL leads to maintenance")
    func partialFromURL() throws {
        var life = life(after: [.powerOn, .kernelLoaded(Self.kernel), .systemUp])
        #expect(life.on(.configured(try SampleConfig.partial())) == [.serve(.maintenance)])
        #expect(life.stage == .maintenance)
    }

    @Test(
        "a kernel without its required arguments restarts the machine",
        arguments: ["talos.platform=metal pti=on", "talos.platform=metal slab_nomerge", "slab_nomerge pti=on"])
    func requirements(arguments: String) {
        var life = life(after: [.powerOn, .kernelLoaded(KernelArguments(arguments))])
        let actions = life.on(.systemUp)
        #expect(actions.contains(.restart(.firmware)))
        #expect(life.stage == .rebooting)
    }

    @Test("the configuration on the disk wins over the one of the network")
    func stateWins() throws {
        let config = try SampleConfig.controlPlane()
        var life = installed(config, kexec: false)
        #expect(life.on(.restarted) == [.runFirmware(afterFailure: false)])
        _ = life.on(.kernelLoaded(Self.kernel))
        #expect(life.on(.systemUp) == [.serve(.configured), .startServices(config)])
    }

    @Test("a machine that is sent to its disk boots it, and without an installation starts over")
    func localBoot() throws {
        var empty = life(after: [.powerOn])
        #expect(empty.on(.sentToDisk) == [.say("No bootable device."), .runFirmware(afterFailure: true)])
        #expect(empty.stage == .firmware)
        var life = installed(try SampleConfig.controlPlane(), kexec: false)
        _ = life.on(.restarted)
        #expect(life.on(.sentToDisk) == [.startKernel(.disk, predictableNames: true)])
    }

    @Test("talos.halt_if_installed stops an installed machine and lets an empty one go on")
    func haltIfInstalled() throws {
        let arguments = KernelArguments("\(Self.kernel) talos.halt_if_installed=1")
        var life = installed(try SampleConfig.controlPlane(), kexec: false)
        for event in [NodeLife.Event.restarted, .kernelLoaded(arguments)] { _ = life.on(event) }
        #expect(life.on(.systemUp).contains(.halt))
        #expect(life.stage == .halted)
        var empty = self.life(after: [.powerOn, .kernelLoaded(arguments)])
        #expect(empty.on(.systemUp) == [.fetchConfiguration(url: "http://host/config/1")])
    }

    @Test("the wipe argument wipes and restarts at every boot")
    func wipeLoop() throws {
        let arguments = KernelArguments("\(Self.kernel) talos.experimental.wipe=system")
        var life = installed(try SampleConfig.controlPlane(), kexec: false)
        for _ in 0..<3 {
            _ = life.on(.restarted)
            _ = life.on(.kernelLoaded(arguments))
            #expect(life.on(.systemUp).contains(.restart(.firmware)))
            #expect(life.installation == nil)
        }
    }

    @Test("power off stops everything in every stage, and power on begins anew with the disk as it was")
    func power() throws {
        var life = installed(try SampleConfig.controlPlane())
        #expect(life.on(.powerOff) == [.serve(nil), .stop])
        #expect(life.on(.powerOff) == [])
        #expect(life.on(.systemUp) == [])
        #expect(life.on(.powerOn) == [.runFirmware(afterFailure: false)])
        #expect(life.installation?.disk == "sda")
    }

    @Test("a reset forgets the installation and its etcd member")
    func reset() throws {
        var life = installed(try SampleConfig.controlPlane())
        for event in [NodeLife.Event.restarted, .systemUp, .etcdJoined(member: 7)] { _ = life.on(event) }
        #expect(life.installation?.etcdMember == 7)
        #expect(life.on(.resetRequested(reboot: true)).contains(.restart(.firmware)))
        #expect(life.installation == nil)
    }

    @Test("events that do not fit the stage change nothing")
    func misplaced() throws {
        let config = try SampleConfig.controlPlane()
        var life = NodeLife(kexec: true)
        let events: [NodeLife.Event] = [
            .kernelLoaded(Self.kernel), .sentToDisk, .systemUp, .configured(config), .installed(disk: "sda"),
            .restarted, .bootFinished, .reconfigured(config, reboot: true), .rebootRequested(.kexec),
            .resetRequested(reboot: true), .shutdownRequested,
        ]
        for event in events {
            #expect(life.on(event) == [])
            #expect(life.stage == .off)
        }
    }
}
