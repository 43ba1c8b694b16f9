import Synchronization

/// A local copy of all objects of a kind, kept up to date by list and watch.
///
/// The copy passes through every change that the API reports, in order. What happens between two connections, or
/// while the server has forgotten the version to go on from, is found by comparing a new list with the copy, so no
/// difference is lost; several changes of one object may then come as one.
package final class Informer: Sendable {
    package struct Timing: Sendable {
        /// The pauses between failed lists or connections.
        package var backoff: Backoff
        /// How long the server keeps one watch connection; nil takes 5 to 10 minutes at random.
        package var watchTimeout: Duration?

        package init(
            backoff: Backoff = Backoff(base: .milliseconds(800), cap: .seconds(30)), watchTimeout: Duration? = nil
        ) {
            self.backoff = backoff
            self.watchTimeout = watchTimeout
        }
    }

    private struct Cache: Sendable {
        var objects: [ObjectKey: KubernetesObject] = [:]
        var problem: (any Error)?
    }

    private struct Handlers: Sendable {
        var all: [(id: UInt64, body: @Sendable (ObjectChange) -> Void)] = []
        var nextID: UInt64 = 0
    }

    package let type: ResourceType
    private let client: KubernetesClient
    private let namespace: String?
    private let labels: String?
    private let fields: String?
    private let timing: Timing
    private let cache = Mutex(Cache())
    /// Held while a change is made and told, so that handlers see all changes in one order.
    private let handlers = Mutex(Handlers())
    private let synced = Waiters<Bool, Bool>(false) { $0 ? true : nil }

    package init(
        client: KubernetesClient, type: ResourceType, namespace: String? = nil, labels: String? = nil,
        fields: String? = nil, timing: Timing = Timing()
    ) {
        self.client = client
        self.type = type
        self.namespace = namespace
        self.labels = labels
        self.fields = fields
        self.timing = timing
    }

    /// The object as last seen.
    package func get(_ name: String, namespace: String? = nil) -> KubernetesObject? {
        self[ObjectKey(namespace: namespace, name: name)]
    }

    package subscript(key: ObjectKey) -> KubernetesObject? {
        cache.withLock { $0.objects[key] }
    }

    /// All objects as last seen, in no order.
    package var objects: [KubernetesObject] {
        cache.withLock { Array($0.objects.values) }
    }

    package var count: Int { cache.withLock { $0.objects.count } }

    /// Why the copy cannot be brought up to date at present; nil when all is well.
    package var problem: (any Error)? { cache.withLock { $0.problem } }

    /// Whether the first list has been read.
    package var hasSynced: Bool { synced.update { $0 } }

    /// Waits until the first list has been read.
    ///
    /// - Throws: `CancellationError`.
    package func waitUntilSynced() async throws {
        guard await synced.next() != nil else { throw CancellationError() }
    }

    /// Calls a function for every object that is there now and for every change to come, until it is removed.
    ///
    /// The copy holds the change when the function is called. The function must be short, may read this informer and
    /// must not register or remove handlers.
    ///
    /// - Returns: what ``remove(handler:)`` takes.
    @discardableResult
    package func onChange(_ body: @escaping @Sendable (ObjectChange) -> Void) -> UInt64 {
        handlers.withLock { handlers in
            for object in objects {
                if let change = ObjectChange(from: nil, to: object) { body(change) }
            }
            handlers.nextID += 1
            handlers.all.append((handlers.nextID, body))
            return handlers.nextID
        }
    }

    package func remove(handler id: UInt64) {
        handlers.withLock { $0.all.removeAll { $0.id == id } }
    }

    /// Every object that is there now and every change to come. Nothing is dropped, so read it without long pauses.
    package func changes() -> AsyncStream<ObjectChange> {
        AsyncStream { continuation in
            let id = onChange { continuation.yield($0) }
            continuation.onTermination = { [weak self] _ in self?.remove(handler: id) }
        }
    }

    /// Waits until a condition over the copy holds, looking again after each change.
    ///
    /// - Throws: `CancellationError`.
    package func wait(until condition: @Sendable (Informer) -> Bool) async throws {
        try await waitUntilSynced()
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = onChange { _ in wake.yield() }
        defer { remove(handler: id) }
        if condition(self) { return }
        for await _ in wakes where condition(self) { return }
        throw CancellationError()
    }

    /// Lists and watches until the task is cancelled. Errors are waited out; ``problem`` tells the present one.
    package func run() async {
        var failures = 0
        while !Task.isCancelled {
            do {
                let list = try await client.list(type, namespace: namespace, labels: labels, fields: fields)
                replace(with: list.items)
                synced.update { $0 = true }
                failures = 0
                await follow(from: list.resourceVersion)
            } catch {
                failures += 1
                await pause(error, failures)
            }
        }
    }

    /// Watches connection after connection until the version is too old or the task is cancelled.
    private func follow(from version: String) async {
        var version = version
        var failures = 0
        while !Task.isCancelled {
            let started = ContinuousClock.now
            do {
                let watch = client.watch(
                    type, namespace: namespace, resourceVersion: version, labels: labels, fields: fields,
                    timeout: timing.watchTimeout)
                for try await event in watch {
                    version = event.object.resourceVersion ?? version
                    if failures > 0 { clearProblem() }
                    failures = 0
                    apply(event)
                }
                guard ContinuousClock.now - started < .seconds(1) else { continue }
                failures += 1
                try? await Task.sleep(for: timing.backoff.pause(after: failures))
            } catch let error as KubernetesError where error.isGone {
                return
            } catch {
                failures += 1
                await pause(error, failures)
            }
        }
    }

    private func pause(_ error: any Error, _ failures: Int) async {
        guard !Task.isCancelled else { return }
        cache.withLock { $0.problem = error }
        try? await Task.sleep(for: timing.backoff.pause(after: failures))
    }

    private func clearProblem() {
        cache.withLock { $0.problem = nil }
    }

    private func replace(with items: [KubernetesObject]) {
        handlers.withLock { handlers in
            var fresh: [ObjectKey: KubernetesObject] = [:]
            for item in items { fresh[item.key] = item }
            let old = cache.withLock { cache in
                defer { cache.objects = fresh }
                cache.problem = nil
                return cache.objects
            }
            for (key, object) in old where fresh[key] == nil { tell(handlers, from: object, to: nil) }
            for item in items
            where old[item.key]?.resourceVersion != item.resourceVersion || item.resourceVersion == nil {
                tell(handlers, from: old[item.key], to: item)
            }
        }
    }

    private func apply(_ event: WatchEvent) {
        guard event.kind != .bookmark else { return }
        let new = event.kind == .deleted ? nil : event.object
        handlers.withLock { handlers in
            let key = event.object.key
            let old = cache.withLock { cache in
                defer { cache.objects[key] = new }
                return cache.objects[key]
            }
            if new == nil {
                guard old != nil else { return }
                tell(handlers, from: event.object, to: nil)
            } else {
                tell(handlers, from: old, to: new)
            }
        }
    }

    private func tell(_ handlers: borrowing Handlers, from old: KubernetesObject?, to new: KubernetesObject?) {
        guard let change = ObjectChange(from: old, to: new) else { return }
        for handler in handlers.all { handler.body(change) }
    }
}
