package import Core
import Logging
import PKI

/// Carries out steps: each as soon as the steps it requires are done, side by side where they allow it.
package struct Runner: Sendable {
    private let steps: [any Step]
    private let world: World
    private let journal: Journal
    private let board: StatusBoard

    /// - Throws: ``Fault`` when a step requires one that does not exist, or steps require each other in a circle.
    package init(steps: [any Step], world: World, journal: Journal, board: StatusBoard) throws(Fault) {
        self.steps = steps
        self.world = world
        self.journal = journal
        self.board = board
        try Self.checkOrder(steps)
    }

    /// Runs until every step's goal holds.
    ///
    /// - Throws: the first ``Fault`` that no repetition mends; the other steps are cancelled then.
    package func run() async throws {
        try await withThrowingTaskGroup(of: String.self) { group in
            var pending = Dictionary(uniqueKeysWithValues: steps.map { ($0.id, $0) })
            var done: Set<String> = []
            func startReady() {
                for step in steps where pending[step.id] != nil && step.requires.allSatisfy(done.contains) {
                    pending[step.id] = nil
                    group.addTask {
                        try await complete(step)
                        return step.id
                    }
                }
            }
            startReady()
            while let finished = try await group.next() {
                done.insert(finished)
                startReady()
            }
        }
    }

    private func complete(_ step: any Step) async throws {
        var pause = Backoff()
        do {
            while true {
                try Task.checkCancellation()
                switch try await observe(step) {
                case .satisfied(let evidence):
                    return try await finish(step, evidence)
                case .absent(let what):
                    world.log.info("goal is absent", metadata: ["step": "\(step.id)", "why": "\(what)"])
                    await board.set(step.id, .running)
                    if try await act(step) { pause = Backoff() }
                case .waiting(let reason), .unreachable(let reason):
                    await board.set(step.id, .waiting, waiting: reason)
                case .conflicting(let fault):
                    throw fault
                }
                try await Task.sleep(for: pause.next())
            }
        } catch  where Task.isCancelled {
            throw CancellationError()
        } catch {
            await board.set(step.id, .failed, waiting: WaitReason(step.id, String(describing: error)))
            throw error
        }
    }

    /// Looks at the world; a peer that cannot be reached is an observation, not an error.
    private func observe(_ step: any Step) async throws -> Observation {
        do {
            return try await step.observe(world, history: journal.history(of: step.id))
        } catch  where !Task.isCancelled {
            let fault = Fault(of: error, in: step)
            guard !fault.stopsLooking else { throw fault }
            return .unreachable(WaitReason(fault.location ?? step.id, fault))
        }
    }

    /// - Returns: whether the act went through.
    private func act(_ step: any Step) async throws -> Bool {
        guard step.kind != .wait else { return false }
        world.log.info("step begins", metadata: ["step": "\(step.id)"])
        let inputs = try await step.inputs(world)
        try await journal.append(
            .intent, step: step.id,
            .fields(["kind": .string(step.kind.rawValue), "inputs": inputs.map(JSON.string)]))
        do {
            try await step.act(world)
        } catch let deferred as StepDeferred {
            try await journal.append(.failed, step: step.id, ["fault": .string(deferred.reason.reason)])
            await board.set(step.id, .waiting, waiting: deferred.reason)
            return false
        } catch  where Task.isCancelled {
            throw CancellationError()
        } catch {
            let fault = Fault(of: error, in: step)
            // Where the effect must not come twice, the intent stays open until an observation settles what came of it.
            if step.kind != .atMostOnce {
                try await journal.append(.failed, step: step.id, ["fault": .string(fault.description)])
            }
            guard fault.isTransient else { throw fault }
            await board.set(step.id, .waiting, waiting: WaitReason(fault.location ?? step.id, fault))
            return false
        }
        try await journal.append(.succeeded, step: step.id)
        return true
    }

    private func finish(_ step: any Step, _ evidence: String) async throws {
        let history = await journal.history(of: step.id)
        if history.isAmbiguous || !history.succeeded {
            try await journal.append(.observed, step: step.id, ["evidence": .string(evidence)])
        }
        world.log.info("step done", metadata: ["step": "\(step.id)", "evidence": "\(evidence)"])
        await board.set(step.id, .done)
    }

    private static func checkOrder(_ steps: [any Step]) throws(Fault) {
        let names = Set(steps.map(\.id))
        guard names.count == steps.count else { throw Fault(.failed, "two steps have the same name") }
        for step in steps {
            for name in step.requires where !names.contains(name) {
                throw Fault(.failed, "the step \(step.id) requires \(name), which does not exist")
            }
        }
        var done: Set<String> = []
        var rest = steps
        while !rest.isEmpty {
            let ready = rest.filter { $0.requires.allSatisfy(done.contains) }
            guard !ready.isEmpty else {
                throw Fault(.failed, "steps require each other: \(rest.map(\.id).joined(separator: ", "))")
            }
            done.formUnion(ready.map(\.id))
            rest.removeAll { done.contains($0.id) }
        }
    }
}

/// The pause between two looks at the world: short at first, up to two seconds.
private struct Backoff {
    private var pause = Duration.milliseconds(25)

    mutating func next() -> Duration {
        defer { pause = min(pause * 3 / 2, .seconds(2)) }
        return pause * Double.random(in: 0.8...1.2)
    }
}
