package import Core

/// What a machine that asks shall boot.
package enum BootDecision: Sendable, Hashable {
    /// It waits in a loop, shows the reason and asks again.
    case hold(reason: String, retryAfter: Duration)
    case install(BootTarget)
    /// It leaves the network and boots its disk.
    case local(reason: String)
    /// It gets no answer at all.
    case ignore
}

/// A kernel, its initial file system and its arguments. Both names are those of served assets.
package struct BootTarget: Sendable, Hashable {
    package var kernelAsset: String
    package var initramfsAsset: String
    /// Kernel arguments with concrete values, one word each.
    package var arguments: [String]

    package init(kernelAsset: String, initramfsAsset: String, arguments: [String]) {
        self.kernelAsset = kernelAsset
        self.initramfsAsset = initramfsAsset
        self.arguments = arguments
    }
}

/// What a request for a machine config gets.
package enum ConfigAnswer: Sendable, Hashable {
    case serve([UInt8])
    /// Any other case: unknown, used up, expired, asked for from elsewhere. The asker cannot tell which.
    case notFound
}

/// Decides for each machine. The service asks from many tasks at once; an answer is due within two seconds.
package protocol BootPolicy: Sendable {
    /// Asked for each script request, so several times while a machine boots: the answer to the same machine in the
    /// same state is the same.
    func decide(_ machine: MachineIdentity) async -> BootDecision
    /// Whether DHCP tells this machine what to boot. Asked for each DHCP request of firmware or iPXE.
    func admits(_ machine: MachineIdentity) async -> Bool
    /// The machine config behind `/config/<token>`.
    func machineConfig(token: String, from address: IPAddress) async -> ConfigAnswer
    /// The last byte of the machine config has left for the machine.
    func configDelivered(token: String) async
}

extension BootPolicy {
    package func admits(_ machine: MachineIdentity) async -> Bool {
        await decide(machine) != .ignore
    }
}
