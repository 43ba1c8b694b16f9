import CCurl
import Core
import Glibc
import Synchronization

typealias TransferID = Int

/// What the engine's thread is asked to do.
enum EngineCommand: Sendable {
    case start(Exchange, TransferPlan)
    /// The reader has room again.
    case receive(TransferID)
    /// There is something to be sent, or the request body is complete.
    case send(TransferID)
    case cancel(TransferID)
}

/// One libcurl multi handle on one thread of its own, and the way to it from all other threads.
///
/// The thread sleeps in `curl_multi_poll`; a command wakes it with `curl_multi_wakeup`.
final class Engine: Sendable {
    private struct Inbox {
        var commands: [EngineCommand] = []
        /// nil once the thread has ended, or when there never was one.
        var multi: MultiHandle?
        var isStopping = false
        var lastID = 0
    }

    private let inbox = Mutex(Inbox())

    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// Starts the thread.
    ///
    /// - Parameter idleConnections: the most connections kept for reuse.
    init(idleConnections: Int) {
        guard Self.isLibraryReady, let multi = MultiHandle() else { return }
        inbox.withLock { $0.multi = multi }
        let start = LoopStart(engine: self, multi: multi, idleConnections: idleConnections)
        let context = Unmanaged.passRetained(start)
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<LoopStart>.fromOpaque(context).takeRetainedValue()
                start.run()
                return nil
            }, context.toOpaque())
        guard code == 0 else {
            context.release()
            inbox.withLock { $0.multi = nil }
            multi.free()
            return
        }
        pthread_detach(thread)
    }

    func makeID() -> TransferID {
        inbox.withLock { inbox in
            inbox.lastID += 1
            return inbox.lastID
        }
    }

    func post(_ command: EngineCommand) {
        let posted = inbox.withLock { inbox -> Bool in
            guard let multi = inbox.multi, !inbox.isStopping else { return false }
            inbox.commands.append(command)
            if inbox.commands.count == 1 { multi.wake() }
            return true
        }
        if !posted, case .start(let exchange, _) = command {
            exchange.finish(Engine.closed(exchange.url))
        }
    }

    /// Ends every transfer and then the thread.
    func stop() {
        inbox.withLock { inbox in
            guard let multi = inbox.multi, !inbox.isStopping else { return }
            inbox.isStopping = true
            multi.wake()
        }
    }

    /// The commands that came in since the last call; nil when the thread shall end.
    fileprivate func take() -> [EngineCommand]? {
        inbox.withLock { inbox in
            guard !inbox.isStopping else { return nil }
            defer { inbox.commands = [] }
            return inbox.commands
        }
    }

    /// Takes the multi handle away from ``post(_:)``; the commands that nobody will execute come back.
    fileprivate func shut() -> [EngineCommand] {
        inbox.withLock { inbox in
            inbox.isStopping = true
            inbox.multi = nil
            defer { inbox.commands = [] }
            return inbox.commands
        }
    }

    static func closed(_ url: String) -> TransferFailure {
        TransferFailure(Fault(.cancelled, "the HTTP client has been closed", at: url), sent: false)
    }
}

/// The address of a libcurl multi handle. Only waking is allowed from other threads than the engine's.
private struct MultiHandle: Sendable {
    private let address: UInt

    init?() {
        guard let multi = curl_multi_init() else { return nil }
        address = UInt(bitPattern: multi)
    }

    var pointer: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: address) }

    func wake() { curl_multi_wakeup(pointer) }

    func free() { curl_multi_cleanup(pointer) }
}

/// Stops the engine when the last holder lets go: the client, or a response body that outlives it.
final class EngineLifetime: Sendable {
    let engine: Engine

    init(idleConnections: Int) {
        engine = Engine(idleConnections: idleConnections)
    }

    deinit { engine.stop() }
}

/// What the new thread is given.
private final class LoopStart {
    private let engine: Engine
    private let multi: MultiHandle
    private let idleConnections: Int

    init(engine: Engine, multi: MultiHandle, idleConnections: Int) {
        self.engine = engine
        self.multi = multi
        self.idleConnections = idleConnections
    }

    func run() {
        blockBrokenPipes()
        guard let pointer = multi.pointer else { return }
        let loop = Loop(multi: pointer, idleConnections: idleConnections)
        while let commands = engine.take() { loop.turn(commands) }
        loop.end(engine.shut())
        multi.free()
    }

    /// A write to a connection that the peer has closed shall fail, not end the process.
    private func blockBrokenPipes() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
