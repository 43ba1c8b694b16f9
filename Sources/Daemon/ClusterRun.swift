package import Bootstrap
package import Core
package import Embedded
import Glibc
import HTTPClient
package import Inventory
package import Logging
package import Packages

/// One run against one cluster: opens its state, takes its lock, and carries out the plan's steps.
package struct ClusterRun: Sendable {
    /// Shows a run's status while it goes on; ends with the stream.
    package typealias View = @Sendable (AsyncStream<RunStatus>) async -> Void

    private let plan: Plan
    private let release: Release
    private let directory: StateDirectory
    private let embedded: Embedded
    private let log: Logger
    private let clock: any WallClock

    package init(
        plan: Plan, release: Release, directory: StateDirectory, embedded: Embedded, log: Logger,
        clock: any WallClock = SystemWallClock()
    ) {
        self.plan = plan
        self.release = release
        self.directory = directory
        self.embedded = embedded
        self.log = log
        self.clock = clock
    }

    /// Runs until every step's goal holds.
    ///
    /// - Throws: ``Fault`` `refused` when another run is at work here or the plan may not follow the current one, and
    ///   the fault of the step that stopped the run.
    package func run(view: @escaping View) async throws -> RunResult {
        try await carryOut(serving: false, view: view)
    }

    /// Does what ``run(view:)`` does, and serves boot requests and packages all the while and after, until cancelled.
    package func serve() async throws {
        _ = try await carryOut(serving: true, view: { changes in for await _ in changes {} })
    }

    private func carryOut(serving: Bool, view: @escaping View) async throws -> RunResult {
        try directory.create()
        let lock = try RunLock(path: directory.lock)
        defer { withExtendedLifetime(lock) {} }
        let store = try SQLiteStore(path: directory.database)
        let journal = try await openJournal(store)
        let steps = StepCatalogue.steps(plan: plan, release: release)
        let board = StatusBoard(plan: plan, steps: steps)
        let services = ServiceHost()
        let http = HTTPClient()
        defer { http.close() }
        let world = World(
            plan: plan, release: release, directory: directory, store: store,
            secrets: SecretsVault(directory: directory, clock: clock), http: http, services: services, board: board,
            embedded: embedded, clock: clock, log: log,
            isServing: serving)
        let runner = try Runner(steps: steps, world: world, journal: journal, board: board)
        try await shown(board, view) {
            try await Self.together(services) {
                try await runner.run()
                try await journal.append(.runFinished)
                if serving { try await services.untilCancelled() }
            }
        }
        return RunResult(
            status: await board.current, acts: await journal.begunActs,
            etcdBootstraps: await journal.history(of: EtcdBootstrap.step).effects)
    }

    /// Opens the journal, checks that the plan may follow the current one, and commits it.
    private func openJournal(_ store: SQLiteStore) async throws -> Journal {
        let current = try await store.currentPlan()
        try PlanChange.check(current, plan)
        let journal = try Journal(store: store, clock: clock)
        try await journal.append(.runStarted, ["pid": .int(Int64(getpid())), "plan": .string(plan.id)])
        guard current?.id != plan.id else { return journal }
        try await journal.append(
            .planCommitted, .fields(["plan": .string(plan.id), "parent": current.map { .string($0.id) }]))
        try await store.commit(plan, parent: current?.id)
        return journal
    }

    /// Runs a body while its status is shown and written; the views see its end.
    private func shown(_ board: StatusBoard, _ view: @escaping View, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { views in
            let shown = await board.changes()
            let written = await board.changes()
            views.addTask { await view(shown) }
            views.addTask { [directory] in await StatusFile(directory).write(written) }
            let outcome: Result<Void, any Error>
            do {
                outcome = .success(try await body())
                await board.finish(fault: nil)
            } catch {
                outcome = .failure(error)
                await board.finish(fault: error is CancellationError ? "interrupted" : String(describing: error))
            }
            try? await views.waitForAll()
            try? StatusFile(directory).write(await board.current)
            try outcome.get()
        }
    }

    /// Runs a body beside the services that it starts: the first fault of either ends both, and so does its end.
    private static func together(
        _ services: ServiceHost, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            group.addTask { try await body() }
            try await group.next()
            group.cancelAll()
        }
    }
}
