package import Core
import Inventory
import Logging
package import Netboot
import PKI
import Packages
import TalosConfig

/// Decides what a machine boots, from the plan and from what is known of it.
package struct PlanBootPolicy: BootPolicy {
    private let world: World
    private let transfers = ConfigTransfers()

    /// How long a booted machine has for fetching its config: Talos itself tries for three hours.
    private static let tokenLifetime = Duration.seconds(3 * 3600)
    private static let holdFor = Duration.seconds(15)

    package init(world: World) {
        self.world = world
    }

    package func decide(_ machine: MachineIdentity) async -> BootDecision {
        guard let node = world.plan.node(of: machine) else {
            return world.plan.boot.unknownMachines == .ignore
                ? .ignore
                : .hold(
                    reason: "this machine (\(machine.mac)) is not in the plan of \(world.plan.clusterName)",
                    retryAfter: Self.holdFor)
        }
        do {
            guard try await !world.store.machine(node.name).isInstalled else {
                return .local(reason: "\(node.name) is installed")
            }
            return .install(try await target(node))
        } catch {
            world.log.error("no boot decision", metadata: ["node": "\(node.name)", "error": "\(error)"])
            return .hold(reason: "the provisioning host cannot decide yet", retryAfter: Self.holdFor)
        }
    }

    package func admits(_ machine: MachineIdentity) async -> Bool {
        world.plan.node(of: machine) != nil || world.plan.boot.unknownMachines == .hold
    }

    package func machineConfig(token: String, from address: IPAddress) async -> ConfigAnswer {
        do {
            let hash = Self.hash(token)
            guard let issued = try await world.store.token(hash: hash), issued.expires > world.clock.now,
                issued.address.map({ $0 == address.description }) ?? true, transfers.begin(hash),
                let node = world.plan.nodes.first(where: { $0.name == issued.node })
            else {
                world.log.warning("refused a machine config", metadata: ["address": "\(address)"])
                return .notFound
            }
            return .serve(Array(try await world.machineConfig(node).text.utf8))
        } catch {
            world.log.error("cannot serve a machine config", metadata: ["error": "\(error)"])
            return .notFound
        }
    }

    package func configDelivered(token: String) async {
        do {
            let hash = Self.hash(token)
            guard let issued = try await world.store.token(hash: hash), try await world.store.spend(hash: hash),
                let node = world.plan.nodes.first(where: { $0.name == issued.node })
            else { return }
            let digest = try await world.machineConfig(node).sha256
            try await world.store.update(node.name) { $0.deliveredConfig = digest }
            await world.board.setNode(node.name, "installing")
        } catch {
            world.log.error("cannot record a delivered machine config", metadata: ["error": "\(error)"])
        }
    }

    private func target(_ node: NodePlan) async throws -> BootTarget {
        var arguments = KernelArguments.metal + world.plan.boot.kernelArguments
        switch world.plan.delivery.method {
        case .pull:
            let token = hexadecimal(Random.bytes(32)) as String
            try await world.store.issue(
                ConfigToken(
                    hash: Self.hash(token), node: node.name, address: boundAddress(node),
                    expires: world.clock.now.advanced(by: Self.tokenLifetime)))
            arguments.append("talos.config=\(try world.bootURL())/config/\(token)")
        case .push:
            arguments.append(
                "talos.logging.kernel=tcp://\(try world.bootAddress().urlHost):\(world.plan.delivery.kernelLogPort)/")
        }
        guard let kernel = world.release.kernel, let initramfs = world.release.initramfs else {
            throw Fault(.failed, "the release \(world.release.version) has no kernel or initramfs")
        }
        return BootTarget(kernelAsset: kernel.name, initramfsAsset: initramfs.name, arguments: arguments)
    }

    /// The address that a token is bound to: only where our own DHCP server gives the machine that address.
    private func boundAddress(_ node: NodePlan) -> String? {
        guard world.plan.boot.mode == .dhcp, node.mac != nil || node.uuid != nil else { return nil }
        return node.address.description
    }

    private static func hash(_ token: String) -> String {
        SHA256.hexadecimalHash(token.utf8)
    }
}

/// Kernel arguments of Talos 1.13 on metal; `slab_nomerge` and `pti=on` are required at boot.
enum KernelArguments {
    static let metal = [
        "talos.platform=metal", "console=tty0", "console=ttyS0", "init_on_alloc=1", "slab_nomerge", "pti=on",
        "consoleblank=0", "nvme_core.io_timeout=4294967295", "printk.devkmsg=on", "selinux=1",
        "module.sig_enforce=1", "proc_mem.force_override=never",
    ]
}
