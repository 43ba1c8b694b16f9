package import Core
import TalosMessages

extension TalosClient {
    /// Reboots the node; it answers first.
    ///
    /// - Parameter force: without draining and without waiting for services.
    /// - Returns: the id that the events of this reboot carry.
    @discardableResult
    package func reboot(force: Bool = false, deadline: Duration = .seconds(15)) async throws(Fault) -> String {
        let method = TalosMethod.machine("Reboot")
        var request = Machine_RebootRequest()
        request.mode = force ? .force : .default
        let response: Machine_RebootResponse = try await unary(method, request, deadline: deadline, once: true)
        return try single(response.messages, \.metadata, method).actorID
    }

    /// Powers the node off.
    @discardableResult
    package func shutdown(force: Bool = false, deadline: Duration = .seconds(15)) async throws(Fault) -> String {
        let method = TalosMethod.machine("Shutdown")
        var request = Machine_ShutdownRequest()
        request.force = force
        let response: Machine_ShutdownResponse = try await unary(method, request, deadline: deadline, once: true)
        return try single(response.messages, \.metadata, method).actorID
    }

    /// Wipes the node; it answers first.
    ///
    /// - Parameters:
    ///   - graceful: cordons and drains the node and leaves etcd first.
    ///   - reboot: reboots at the end instead of powering off.
    ///   - partitions: labels of system partitions, such as `STATE` and `EPHEMERAL`; none wipes the whole system disk.
    @discardableResult
    package func reset(
        graceful: Bool, reboot: Bool, partitions: [String] = [], deadline: Duration = .seconds(30)
    ) async throws(Fault) -> String {
        let method = TalosMethod.machine("Reset")
        var request = Machine_ResetRequest()
        request.graceful = graceful
        request.reboot = reboot
        request.mode = .systemDisk
        request.systemPartitionsToWipe = partitions.map { label in
            var partition = Machine_ResetPartitionSpec()
            partition.label = label
            partition.wipe = true
            return partition
        }
        let response: Machine_ResetResponse = try await unary(method, request, deadline: deadline, once: true)
        return try single(response.messages, \.metadata, method).actorID
    }
}
