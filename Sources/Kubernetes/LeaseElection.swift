package import Core

/// Mutual exclusion of several processes through a Lease (`coordination.k8s.io/v1`).
///
/// The holder of a lease that is not renewed for its duration, by our own clock, counts as gone; remote clocks are
/// never believed. This excludes by agreement and gives no fencing.
package struct LeaseElection: Sendable {
    /// Duration > renewal deadline > retry pause.
    package struct Timing: Sendable {
        package var duration: Duration
        /// How long the holder tries to renew before it gives up.
        package var renewDeadline: Duration
        package var retry: Duration

        package init(
            duration: Duration = .seconds(15), renewDeadline: Duration = .seconds(10), retry: Duration = .seconds(2)
        ) {
            self.duration = duration
            self.renewDeadline = renewDeadline
            self.retry = retry
        }
    }

    /// A state of the lease, and when we first saw it.
    private struct Observation {
        var lease: KubernetesObject?
        var seen: ContinuousClock.Instant = .now

        mutating func look(at lease: KubernetesObject?) {
            guard lease?.spec != self.lease?.spec else {
                self.lease = lease
                return
            }
            self.lease = lease
            seen = .now
        }
    }

    private let client: KubernetesClient
    private let key: ObjectKey
    private let identity: String
    private let timing: Timing
    private let clock: any WallClock

    /// - Parameter identity: this process, different from every other.
    package init(
        client: KubernetesClient, namespace: String, name: String, identity: String, timing: Timing = Timing(),
        clock: any WallClock = SystemWallClock()
    ) {
        self.client = client
        key = ObjectKey(namespace: namespace, name: name)
        self.identity = identity
        self.timing = timing
        self.clock = clock
    }

    /// Waits for the lease, runs the body while holding it, and gives it back at the end.
    ///
    /// - Parameter onWait: told who holds the lease, each time it is somebody else.
    /// - Throws: what the body throws; ``Core/Fault`` `conflict` when the lease was lost, after the body has been
    ///   cancelled and has ended; `CancellationError`.
    package func run(
        onWait: @Sendable (_ holder: String) -> Void = { _ in },
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        var observation = Observation()
        while try await !acquire(&observation) {
            onWait(observation.lease?["spec", "holderIdentity"]?.string ?? "")
            try await Task.sleep(for: timing.retry)
        }
        let held = observation.lease
        let result: Result<Void, any Error>
        do {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await body()
                    return true
                }
                group.addTask {
                    try await self.keep(held)
                    return false
                }
                defer { group.cancelAll() }
                if let isBody = try await group.next(), !isBody {
                    throw Fault(.conflict, "the lease \(key) was lost", why: "it could not be renewed in time")
                }
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await release()
        try result.get()
    }

    /// Takes the lease if it is free.
    private func acquire(_ observation: inout Observation) async throws -> Bool {
        observation.look(at: try await client.get(.lease, key.name, namespace: key.namespace))
        guard let lease = observation.lease else {
            return try await write(&observation) { try await client.create(record(nil)) }
        }
        let holder = lease["spec", "holderIdentity"]?.string ?? ""
        let theirs = Duration.seconds(lease["spec", "leaseDurationSeconds"]?.int ?? 0)
        guard holder.isEmpty || holder == identity || observation.seen + theirs < .now else { return false }
        return try await write(&observation) { try await client.replace(record(lease)) }
    }

    /// - Returns: false when somebody else was faster.
    private func write(
        _ observation: inout Observation, _ call: () async throws -> KubernetesObject
    ) async throws -> Bool {
        do {
            observation.look(at: try await call())
            return true
        } catch let error as KubernetesError where error.status == 409 {
            return false
        }
    }

    /// Renews the lease; returns when it is lost.
    private func keep(_ held: KubernetesObject?) async throws {
        var lease = held
        var renewed = ContinuousClock.now
        while true {
            try await Task.sleep(for: timing.retry)
            do {
                if let known = lease {
                    lease = try await client.replace(record(known))
                } else {
                    lease = try await client.get(.lease, key.name, namespace: key.namespace)
                    guard lease?["spec", "holderIdentity"]?.string == identity else { return }
                    continue
                }
                renewed = .now
            } catch let error as KubernetesError where error.isConflict || error.isNotFound {
                lease = nil
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                // Any other error is tried again until the deadline.
            }
            guard ContinuousClock.now - renewed < timing.renewDeadline else { return }
        }
    }

    /// Empties the holder so that the next one need not wait; best effort.
    ///
    /// Detached and awaited, because the requests must go out although the own task may be cancelled.
    private func release() async {
        let (client, key, identity) = (client, key, identity)
        await Task.detached {
            guard var lease = try? await client.get(.lease, key.name, namespace: key.namespace),
                lease["spec", "holderIdentity"]?.string == identity
            else { return }
            lease["spec", "holderIdentity"] = ""
            lease["spec", "leaseDurationSeconds"] = 1
            _ = try? await client.replace(lease)
        }.value
    }

    private func record(_ lease: KubernetesObject?) -> KubernetesObject {
        var record = lease ?? KubernetesObject(.lease, name: key.name, namespace: key.namespace)
        let isTakeover = record["spec", "holderIdentity"]?.string != identity
        let transitions = record["spec", "leaseTransitions"]?.int ?? 0
        let now = JSON.string(clock.now.microseconds)
        record["spec", "holderIdentity"] = .string(identity)
        record["spec", "leaseDurationSeconds"] = .int(timing.duration.components.seconds)
        record["spec", "renewTime"] = now
        if isTakeover || record["spec", "acquireTime"] == nil { record["spec", "acquireTime"] = now }
        record["spec", "leaseTransitions"] = .int(Int64(lease != nil && isTakeover ? transitions + 1 : transitions))
        return record
    }
}
