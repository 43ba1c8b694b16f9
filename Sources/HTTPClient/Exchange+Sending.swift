import Core

extension Exchange {
    /// Sends the body while waiting for the head, and returns when both are done. A head with a status from 300 up ends
    /// the sending: the server has made up its mind.
    func head(sending source: HTTPBodySource) async -> Head {
        await withTaskGroup(of: Head?.self) { group in
            group.addTask {
                await self.pump(source)
                return nil
            }
            group.addTask { await self.head() }
            var head: Head?
            for await result in group {
                guard let result else { continue }
                head = result
                if !result.invitesMore { group.cancelAll() }
            }
            return head ?? .failure(TransferFailure(Fault(.cancelled, "the request was given up", at: url), sent: true))
        }
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
        return head.status < 300
    }
}
