import Core

extension Exchange {
    /// Sends the body while waiting for the head, and returns when both are done.
    ///
    /// The sending ends early when the transfer ends, or when the head says that the server has made up its mind: a
    /// status from 300 up, or a gRPC status.
    func head(sending source: HTTPBodySource) async -> Head {
        await withTaskGroup(of: Half.self) { group in
            group.addTask {
                await self.pump(source)
                return .sent
            }
            group.addTask { .answered(await self.head()) }
            group.addTask {
                await self.waitForEnd()
                return .ended
            }
            var (head, isSent) = (nil as Head?, false)
            for await half in group {
                switch half {
                case .sent: isSent = true
                case .answered(let answer): head = answer
                case .ended: group.cancelAll()
                }
                if let head, isSent || !head.invitesMore { group.cancelAll() }
            }
            return head ?? .failure(TransferFailure(Fault(.cancelled, "the request was given up", at: url), sent: true))
        }
    }

    private enum Half: Sendable {
        case sent
        case answered(Head)
        case ended
    }

    private func pump(_ source: HTTPBodySource) async {
        do {
            try await source.run { chunk in
                guard await self.send(chunk) else { throw CancellationError() }
            }
            finishSending()
        } catch is CancellationError {
            return
        } catch {
            failSending(
                (error as? Fault) ?? Fault(.failed, "the request's body could not be read", at: url, cause: error))
        }
    }
}

extension Exchange.Head {
    fileprivate var invitesMore: Bool {
        guard case .success(let head) = self else { return false }
        return head.status < 300 && head.headers["grpc-status"] == nil
    }
}
