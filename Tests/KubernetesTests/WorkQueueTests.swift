import Kubernetes
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct WorkQueueTests {
    private struct Record: Sendable {
        var done: [String] = []
        var working: Set<String> = []
        var overlaps = 0
        var most = 0
    }

    private func process<Key: Hashable & Sendable>(
        _ queue: WorkQueue<Key>, workers: Int, until condition: () -> Bool,
        work: @escaping @Sendable (Key) async throws -> Duration?
    ) async -> Bool {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await queue.process(workers: workers, work: work) }
            let result = await eventually(condition)
            group.cancelAll()
            return result
        }
    }

    @Test("A key that waits already is not added twice")
    func deduplicates() async {
        let queue = WorkQueue<String>()
        for _ in 0..<5 { queue.add("a") }
        queue.add("b")
        #expect(queue.count == 2)
        let record = Mutex(Record())
        let ended = await process(queue, workers: 1, until: { record.withLock { $0.done.count } == 2 }) { key in
            record.withLock { $0.done.append(key) }
            return nil
        }
        #expect(ended)
        #expect(record.withLock { $0.done } == ["a", "b"])
    }

    @Test("No two workers hold one key, and a key added during its work comes back")
    func exclusive() async {
        let queue = WorkQueue<String>()
        let record = Mutex(Record())
        let keys = (0..<7).map { "k\($0)" }
        for key in keys { queue.add(key) }
        let ended = await process(queue, workers: 5, until: { record.withLock { $0.done.count } >= 300 }) { key in
            record.withLock { record in
                if !record.working.insert(key).inserted { record.overlaps += 1 }
                record.most = max(record.most, record.working.count)
            }
            for other in keys { queue.add(other) }
            await Task.yield()
            record.withLock { record in
                record.working.remove(key)
                record.done.append(key)
            }
            return nil
        }
        #expect(ended)
        let result = record.withLock { $0 }
        #expect(result.overlaps == 0)
        #expect(result.most <= 5)
        #expect(Set(result.done) == Set(keys))
    }

    @Test("Each of many additions is followed by a look that begins after it")
    func noLostAddition() async {
        let queue = WorkQueue<Int>()
        let rounds = Mutex((wanted: [Int: Int](), seen: [Int: Int]()))
        let adding = Task {
            for round in 1...200 {
                for key in 0..<4 {
                    rounds.withLock { $0.wanted[key] = round }
                    queue.add(key)
                }
                if round.isMultiple(of: 17) { await Task.yield() }
            }
        }
        let all = [0: 200, 1: 200, 2: 200, 3: 200]
        let ended = await process(queue, workers: 3, until: { rounds.withLock { $0.seen } == all }) { key in
            let value = rounds.withLock { $0.wanted[key] ?? 0 }
            await Task.yield()
            rounds.withLock { $0.seen[key] = value }
            return nil
        }
        #expect(ended)
        await adding.value
    }

    @Test("A pause is kept, the earliest of several counts, and later ones still come")
    func delays() async {
        let queue = WorkQueue<String>()
        let times = Mutex<[String: Duration]>([:])
        let start = ContinuousClock.now
        queue.add("late", after: .milliseconds(120))
        queue.add("early", after: .milliseconds(500))
        queue.add("early", after: .milliseconds(40))
        queue.add("early", after: .milliseconds(80))
        let ended = await process(queue, workers: 2, until: { times.withLock { $0.count } == 2 }) { key in
            times.withLock { $0[key] = ContinuousClock.now - start }
            return nil
        }
        #expect(ended)
        let result = times.withLock { $0 }
        #expect((result["early"] ?? .zero) >= .milliseconds(40))
        #expect((result["late"] ?? .zero) >= .milliseconds(120))
        #expect((result["early"] ?? .seconds(9)) < (result["late"] ?? .zero))
    }

    @Test("A failed key comes back after growing pauses, and success forgets the failures")
    func backsOff() async {
        struct Failed: Error {}
        let queue = WorkQueue<String>(backoff: Backoff(base: .milliseconds(10), cap: .milliseconds(40), jitter: 0))
        let times = Mutex<[ContinuousClock.Instant]>([])
        queue.add("a")
        let ended = await process(queue, workers: 1, until: { times.withLock { $0.count } == 5 }) { _ in
            let count = times.withLock { times in
                times.append(.now)
                return times.count
            }
            guard count == 5 else { throw Failed() }
            return nil
        }
        #expect(ended)
        let instants = times.withLock { $0 }
        let gaps = zip(instants.dropFirst(), instants).map { $0 - $1 }
        for (gap, least) in zip(gaps, [10, 20, 40, 40]) { #expect(gap >= .milliseconds(least)) }
    }

    @Test("The work's own pause asks for another look")
    func looksAgain() async {
        let queue = WorkQueue<String>()
        let count = Mutex(0)
        queue.add("a")
        let ended = await process(queue, workers: 1, until: { count.withLock { $0 } == 4 }) { _ in
            count.withLock { count in
                count += 1
                return count < 4 ? .milliseconds(1) : nil
            }
        }
        #expect(ended)
    }

    @Test("Cancelling ends the workers, the work in hand included, and adding afterwards does no harm")
    func cancels() async {
        let queue = WorkQueue<String>()
        let cancelled = Mutex(false)
        queue.add("a")
        let started = Mutex(false)
        let task = Task {
            await queue.process(workers: 3) { _ in
                started.withLock { $0 = true }
                try? await Task.sleep(for: .seconds(3600))
                cancelled.withLock { $0 = Task.isCancelled }
                return nil
            }
        }
        #expect(await eventually { started.withLock { $0 } })
        task.cancel()
        await task.value
        #expect(cancelled.withLock { $0 })
        queue.add("b")
        queue.add("c", after: .milliseconds(1))
        #expect(queue.count == 1)
    }
}
