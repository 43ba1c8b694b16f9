import Core
import Synchronization

/// What a caller and the engine's thread share about one transfer: the head, a bounded queue of body chunks, the
/// chunk to be sent next, and how it ended.
final class Exchange: Sendable {
    /// The receiving half is paused when this many bytes wait.
    static let highWater = 256 << 10
    /// It goes on when so few wait.
    static let lowWater = 64 << 10

    typealias Head = Result<ResponseHead, TransferFailure>
    typealias Chunk = Result<[UInt8]?, Fault>

    private struct State {
        var head: Head?
        var headReader: CheckedContinuation<Head, Never>?
        var chunks: [[UInt8]] = []
        var firstChunk = 0
        var waiting = 0
        var receivePaused = false
        var chunkReader: CheckedContinuation<Chunk, Never>?
        var trailers = HTTPHeaders()
        var end: Result<Void, Fault>?
        var endWaiter: CheckedContinuation<Void, Never>?
        var outgoing = Outgoing()

        mutating func takeChunk() -> [UInt8]? {
            guard firstChunk < chunks.count else { return nil }
            let chunk = chunks[firstChunk]
            chunks[firstChunk] = []
            firstChunk += 1
            waiting -= chunk.count
            if firstChunk == chunks.count {
                chunks.removeAll(keepingCapacity: true)
                firstChunk = 0
            }
            return chunk
        }
    }

    /// The sending half: one chunk at a time.
    private struct Outgoing {
        var chunk: [UInt8] = []
        var offset = 0
        var isComplete = false
        var isAbandoned = false
        var sendPaused = false
        var writer: CheckedContinuation<Bool, Never>?
    }

    let id: TransferID
    let url: String
    private let engine: Engine
    private let state = Mutex(State())

    init(id: TransferID, url: String, engine: Engine) {
        self.id = id
        self.url = url
        self.engine = engine
    }

    // MARK: The caller's side

    /// The head of the response, or why there is none. Cancelling the task ends the transfer.
    func head() async -> Head {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Head? in
                    if state.head == nil { state.headReader = continuation }
                    return state.head
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            cancel()
        }
    }

    /// The next chunk of the body; nil at its end. Cancelling the task ends the transfer.
    func next() async -> Chunk {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                var goOn = false
                let ready = state.withLock { state -> Chunk? in
                    if let chunk = state.takeChunk() {
                        goOn = state.receivePaused && state.waiting <= Self.lowWater
                        if goOn { state.receivePaused = false }
                        return .success(chunk)
                    }
                    if let end = state.end { return end.map { nil } }
                    guard state.chunkReader == nil else {
                        return .failure(Fault(.failed, "a response body has one reader", at: url))
                    }
                    state.chunkReader = continuation
                    return nil
                }
                if goOn { engine.post(.receive(id)) }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            cancel()
        }
    }

    /// Returns when the transfer has ended or the task is cancelled.
    func waitForEnd() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    let isOver = state.end != nil || Task.isCancelled
                    if !isOver { state.endWaiter = continuation }
                    return isOver
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            takeEndWaiter()?.resume()
        }
    }

    private func takeEndWaiter() -> CheckedContinuation<Void, Never>? {
        state.withLock { state in
            defer { state.endWaiter = nil }
            return state.endWaiter
        }
    }

    /// Empty until the transfer has ended and every chunk has been read.
    var trailers: HTTPHeaders {
        state.withLock { $0.end == nil || $0.firstChunk < $0.chunks.count ? HTTPHeaders() : $0.trailers }
    }

    /// Gives the transfer up, unless it has ended.
    func cancel() {
        let wasRunning = state.withLock { $0.end == nil }
        guard wasRunning else { return }
        finish(TransferFailure(Fault(.cancelled, "the request was given up", at: url), sent: true), dropping: true)
        engine.post(.cancel(id))
    }

    /// Hands over a chunk to be sent and waits until it is taken.
    ///
    /// - Returns: false when the transfer is over and nothing more is wanted.
    func send(_ chunk: [UInt8]) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                var goOn = false
                let ready = state.withLock { state -> Bool? in
                    guard state.end == nil, !state.outgoing.isAbandoned, !Task.isCancelled else { return false }
                    state.outgoing.chunk = chunk
                    state.outgoing.offset = 0
                    goOn = state.outgoing.sendPaused
                    state.outgoing.sendPaused = false
                    state.outgoing.writer = continuation
                    return nil
                }
                if goOn { engine.post(.send(id)) }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            abandonSending()
        }
    }

    /// Says that the rest of the request body will not come: the server has answered without it.
    func abandonSending() {
        var writer: CheckedContinuation<Bool, Never>?
        let goOn = state.withLock { state -> Bool in
            guard !state.outgoing.isComplete else { return false }
            state.outgoing.isAbandoned = true
            writer = state.outgoing.writer
            state.outgoing.writer = nil
            defer { state.outgoing.sendPaused = false }
            return state.outgoing.sendPaused
        }
        writer?.resume(returning: false)
        if goOn { engine.post(.send(id)) }
    }

    /// Says that the request body is complete.
    func finishSending() {
        let goOn = state.withLock { state in
            state.outgoing.isComplete = true
            defer { state.outgoing.sendPaused = false }
            return state.outgoing.sendPaused
        }
        if goOn { engine.post(.send(id)) }
    }

    /// Ends the transfer because the request body's source failed.
    func failSending(_ fault: Fault) {
        finish(TransferFailure(fault, sent: true), dropping: true)
        engine.post(.cancel(id))
    }

    // MARK: The engine's side

    func deliver(_ head: ResponseHead) {
        let reader = state.withLock { state -> CheckedContinuation<Head, Never>? in
            guard state.head == nil else { return nil }
            state.head = .success(head)
            defer { state.headReader = nil }
            return state.headReader
        }
        reader?.resume(returning: .success(head))
    }

    /// Queues a chunk; false when the queue is full: the chunk has not been taken and the transfer must pause.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var reader: CheckedContinuation<Chunk, Never>?
        let taken = state.withLock { state -> [UInt8]? in
            guard state.end == nil else { return [] }
            guard state.waiting < Self.highWater else {
                state.receivePaused = true
                return nil
            }
            let chunk = Array(bytes)
            reader = state.chunkReader
            state.chunkReader = nil
            if reader == nil {
                state.chunks.append(chunk)
                state.waiting += chunk.count
            }
            return chunk
        }
        if let taken { reader?.resume(returning: .success(taken)) }
        return taken != nil
    }

    func receiveTrailer(_ name: String, _ value: String) {
        state.withLock { $0.trailers.append(name, value) }
    }

    enum Supply {
        case copied(Int)
        case pause
        case end
        case abandoned
    }

    /// Copies bytes of the request body.
    func supply(_ buffer: UnsafeMutableRawBufferPointer) -> Supply {
        var writer: CheckedContinuation<Bool, Never>?
        let supply = state.withLock { state -> Supply in
            if state.outgoing.isAbandoned { return .abandoned }
            let left = state.outgoing.chunk.count - state.outgoing.offset
            guard left > 0 else {
                if state.outgoing.isComplete { return .end }
                state.outgoing.sendPaused = true
                return .pause
            }
            let count = min(left, buffer.count)
            state.outgoing.chunk.withUnsafeBytes { bytes in
                buffer.copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[state.outgoing.offset..<state.outgoing.offset + count])
                )
            }
            state.outgoing.offset += count
            if count == left {
                state.outgoing.chunk = []
                state.outgoing.offset = 0
                writer = state.outgoing.writer
                state.outgoing.writer = nil
            }
            return .copied(count)
        }
        writer?.resume(returning: true)
        return supply
    }

    /// Ends the exchange: nil when the response is complete. Only the first end counts.
    func finish(_ failure: TransferFailure?, dropping: Bool = false) {
        var readers: (head: CheckedContinuation<Head, Never>?, chunk: CheckedContinuation<Chunk, Never>?)
        var writer: CheckedContinuation<Bool, Never>?
        let noHead = failure ?? TransferFailure(Fault(.unreachable, "the server sent no response", at: url), sent: true)
        let end: Result<Void, Fault> = failure.map { .failure($0.fault) } ?? .success(())
        let first = state.withLock { state -> Bool in
            guard state.end == nil else { return false }
            state.end = end
            if state.head == nil { state.head = .failure(noHead) }
            if dropping {
                state.chunks = []
                state.waiting = 0
            }
            readers = (state.headReader, state.chunkReader)
            (state.headReader, state.chunkReader) = (nil, nil)
            writer = state.outgoing.writer
            state.outgoing.writer = nil
            return true
        }
        guard first else { return }
        readers.head?.resume(returning: .failure(noHead))
        readers.chunk?.resume(returning: end.map { nil })
        writer?.resume(returning: false)
        takeEndWaiter()?.resume()
    }
}
