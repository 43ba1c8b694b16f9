import CCurl
import CShims
import Core

/// The engine's work; lives on its thread and nowhere else.
final class Loop {
    private let multi: UnsafeMutableRawPointer
    private var transfers: [TransferID: Transfer] = [:]
    private var byHandle: [UnsafeMutableRawPointer: TransferID] = [:]
    private var nextIdleCheck: ContinuousClock.Instant?
    private let clock = ContinuousClock()

    init(multi: UnsafeMutableRawPointer, idleConnections: Int) {
        self.multi = multi
        // One stream a connection: libcurl 7.88 stops reading a connection when one of its streams is paused.
        _ = shim_curl_multi_set_long(multi, CURLMOPT_PIPELINING, 0)
        _ = shim_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, idleConnections)
    }

    /// Executes commands, moves every transfer on, and waits for the next thing to happen.
    func turn(_ commands: [EngineCommand]) {
        for command in commands { execute(command) }
        var running: Int32 = 0
        curl_multi_perform(multi, &running)
        collectEnded()
        let wait = checkIdle()
        curl_multi_poll(multi, nil, 0, wait, nil)
    }

    /// Fails whatever is left.
    func end(_ commands: [EngineCommand]) {
        for id in Array(transfers.keys) {
            guard let transfer = abort(id) else { continue }
            transfer.exchange.finish(Engine.closed(transfer.exchange.url))
        }
        for case .start(let exchange, _) in commands { exchange.finish(Engine.closed(exchange.url)) }
    }

    private func execute(_ command: EngineCommand) {
        switch command {
        case .start(let exchange, let plan): start(exchange, plan)
        case .receive(let id): transfers[id]?.resumeReceiving()
        case .send(let id): transfers[id]?.resumeSending()
        case .cancel(let id): _ = abort(id)
        }
    }

    private func start(_ exchange: Exchange, _ plan: TransferPlan) {
        guard let transfer = Transfer(exchange: exchange, plan: plan) else {
            let fault = Fault(.failed, "libcurl has no handle for the request", at: exchange.url)
            return exchange.finish(TransferFailure(fault, sent: false))
        }
        if let fault = transfer.configure() {
            return exchange.finish(TransferFailure(fault, sent: false))
        }
        let code = curl_multi_add_handle(multi, transfer.easy.raw)
        guard code == CURLM_OK else {
            let why = String(cString: curl_multi_strerror(code))
            let fault = Fault(.failed, "libcurl does not take the request", at: exchange.url, why: why)
            return exchange.finish(TransferFailure(fault, sent: false))
        }
        transfers[exchange.id] = transfer
        byHandle[transfer.easy.raw] = exchange.id
        if plan.request.idleTimeout != nil { nextIdleCheck = clock.now }
    }

    private func remove(_ id: TransferID) -> Transfer? {
        guard let transfer = transfers.removeValue(forKey: id) else { return nil }
        byHandle[transfer.easy.raw] = nil
        curl_multi_remove_handle(multi, transfer.easy.raw)
        return transfer
    }

    /// Takes out a transfer that has not ended, and its connection with it: libcurl 7.88 would keep an HTTP/2 connection
    /// and leave the server to believe that the stream goes on.
    private func abort(_ id: TransferID) -> Transfer? {
        transfers[id]?.easy.set(CURLOPT_FORBID_REUSE, 1)
        return remove(id)
    }

    private func collectEnded() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
                let id = byHandle[handle]
            else { continue }
            let code = message.pointee.data.result
            guard let transfer = transfers[id] else { continue }
            let failure = transfer.failure(code)
            if failure != nil { transfer.easy.spoilConnection() }
            _ = remove(id)
            transfer.exchange.finish(failure)
        }
    }

    /// Ends transfers on which nothing has moved for too long.
    ///
    /// - Returns: the longest time to sleep, in milliseconds.
    private func checkIdle() -> Int32 {
        let longest = Duration.seconds(60)
        guard let due = nextIdleCheck else { return longest.milliseconds }
        let now = clock.now
        guard due <= now else { return min(longest, now.duration(to: due)).milliseconds }
        nextIdleCheck = nil
        for (id, transfer) in transfers {
            guard let deadline = transfer.idleDeadline(now) else { continue }
            if deadline <= now {
                _ = abort(id)
                transfer.exchange.finish(TransferFailure(transfer.idleFault(), sent: true))
            } else {
                nextIdleCheck = min(nextIdleCheck ?? deadline, deadline)
            }
        }
        return min(longest, nextIdleCheck.map { now.duration(to: $0) } ?? longest).milliseconds
    }
}

extension Duration {
    /// Whole milliseconds, rounded up, within what libcurl takes.
    var milliseconds: Int32 {
        let parts = components
        let value = Double(parts.seconds) * 1000 + Double(parts.attoseconds) / 1e15
        return Int32(min(max(value.rounded(.up), 0), 2_000_000_000))
    }
}
