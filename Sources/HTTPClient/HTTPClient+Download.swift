package import Core

extension HTTPClient {
    /// Downloads into a file that appears under its name only when it is whole, verified and durable.
    ///
    /// What an interrupted download left in `<path>.partial` is taken up with `Range` and `If-Range`, by this call after
    /// a broken connection and by later calls. A connection that breaks after it brought bytes costs no attempt.
    ///
    /// - Parameters:
    ///   - request: a GET. Without a retry policy of its own it has ``RetryPolicy/standard``, without an idle time-out 30 s.
    ///   - sha256: what the file must be, in hexadecimal; nil accepts anything.
    ///   - limit: the most bytes accepted.
    ///   - mode: the file's permissions.
    /// - Throws: ``Fault`` `corrupted` for another checksum or too many bytes, `notFound`, `denied`, `unreachable`, …
    package func download(
        _ request: HTTPRequest, to path: String, sha256: String? = nil, limit: Int = 8 << 30, mode: UInt32 = 0o644,
        progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
    ) async throws(Fault) -> DownloadResult {
        try request.validate()
        guard request.method == .get else { throw Fault(.usage, "only GET can be downloaded", at: request.url) }
        var partial = try PartialFile(path: path, source: request.url)
        let download = Download(client: self, request: request, sha256: sha256, limit: limit, progress: progress)
        try await download.fill(&partial)
        if let sha256, partial.sha256 != sha256.lowercased(), partial.carriedOver > 0 {
            // The old bytes may be at fault; all new ones decide.
            try partial.restart(validator: nil)
            try await download.fill(&partial)
        }
        let actual = partial.sha256
        guard sha256 == nil || actual == sha256?.lowercased() else {
            partial.discard()
            throw Fault(
                .corrupted, "the file does not have the expected checksum", at: request.url,
                why: "SHA-256 is \(actual), expected \(sha256 ?? "")",
                next: "check the mirror; the file has been thrown away")
        }
        let result = DownloadResult(bytes: partial.count, sha256: actual, resumedFrom: partial.carriedOver)
        try await partial.commit(mode: mode)
        return result
    }
}

/// The parameters of one download, and the loop that fills its file.
private struct Download: Sendable {
    let client: HTTPClient
    let request: HTTPRequest
    let sha256: String?
    let limit: Int
    let progress: @Sendable (DownloadProgress) -> Void

    private var policy: RetryPolicy { request.retry == .none ? .standard : request.retry }

    /// Whether bytes that are there may be completed: by a strong validator, or because the checksum will tell.
    func resumes(_ count: Int, _ validator: String?) -> Bool {
        count > 0 && (validator != nil || sha256 != nil)
    }

    func fill(_ partial: inout PartialFile) async throws(Fault) {
        let budget = Budget(request.deadline)
        var failures = 0
        while true {
            let before = partial.count
            let pause: Duration
            do throws(TransferFailure) {
                guard let wait = try await attempt(&partial, budget, failures) else { return }
                pause = wait
                failures += 1
            } catch {
                failures = partial.count > before ? 1 : failures + 1
                guard failures < policy.attempts, error.isRetryable(idempotent: true) else { throw error.fault }
                pause = policy.pause(after: failures, jitter: client.configuration.jitter())
                guard budget.allows(pause) else { throw error.fault }
            }
            try await client.rest(pause, request.url)
        }
    }

    /// One request. nil: the file is complete; otherwise the pause before the next request.
    private func attempt(
        _ partial: inout PartialFile, _ budget: Budget, _ failures: Int
    ) async throws(TransferFailure) -> Duration? {
        let offset = partial.count
        let response = try await client.perform(prepared(offset, partial.validator), timeout: budget.left)
        var total: Int?
        do throws(Fault) {
            switch response.status {
            case 200:
                try partial.restart(validator: strongValidator(response))
                total = response.contentLength
            case 206:
                guard let range = ContentRange(response.headers["content-range"]), range.first == offset else {
                    try partial.restart(validator: nil)
                    return .zero
                }
                total = range.total
            case 416:
                if let range = ContentRange(response.headers["content-range"]), range.total == offset { return nil }
                guard offset > 0 else { throw refusal(response.status) }
                try partial.restart(validator: nil)
                return .zero
            default:
                guard failures + 1 < policy.attempts, let pause = client.wait(response, policy, failures + 1),
                    budget.allows(pause)
                else { throw refusal(response.status) }
                return pause
            }
            if let total, total > limit { throw tooLarge() }
        } catch {
            throw TransferFailure(error, sent: true)
        }
        try await read(response.body, into: &partial, total: total)
        return nil
    }

    private func read(
        _ body: HTTPBody, into partial: inout PartialFile, total: Int?
    ) async throws(TransferFailure) {
        do throws(Fault) {
            progress(DownloadProgress(received: partial.count, total: total))
            for try await chunk in body {
                guard partial.count + chunk.count <= limit else { throw tooLarge() }
                try partial.append(chunk)
                progress(DownloadProgress(received: partial.count, total: total))
            }
            if let total, partial.count != total {
                throw Fault(
                    .unreachable, "the connection broke", at: request.url,
                    why: "\(partial.count) of \(total) bytes came")
            }
        } catch {
            throw TransferFailure(error, sent: true)
        }
    }

    private func prepared(_ offset: Int, _ validator: String?) -> HTTPRequest {
        var prepared = request
        prepared.headers["accept-encoding"] = "identity"
        if prepared.idleTimeout == nil { prepared.idleTimeout = .seconds(30) }
        if resumes(offset, validator) {
            prepared.headers["range"] = "bytes=\(offset)-"
            if let validator { prepared.headers["if-range"] = validator }
        }
        return prepared
    }

    private func tooLarge() -> Fault {
        Fault(.corrupted, "the file is larger than \(limit) bytes", at: request.url)
    }

    private func refusal(_ status: Int) -> Fault {
        let code: Fault.Code =
            switch status {
            case 401, 403: .denied
            case 404, 410: .notFound
            default: .failed
            }
        return Fault(code, "the server does not serve the file", at: request.url, why: "HTTP status \(status)")
    }
}

private func strongValidator(_ response: HTTPResponse) -> String? {
    response.headers["etag"].flatMap { $0.hasPrefix("\"") && !$0.contains("\n") ? $0 : nil }
}

/// `Content-Range: bytes first-last/total` (RFC 9110, 14.4); first is nil in the form for an unsatisfied range.
private struct ContentRange {
    var first: Int?
    var total: Int?

    init?(_ text: String?) {
        guard let text, text.hasPrefix("bytes ") else { return nil }
        let parts = text.dropFirst(6).split(separator: "/")
        guard parts.count == 2 else { return nil }
        total = Int(parts[1])
        if parts[0] != "*" {
            guard let first = parts[0].split(separator: "-").first.flatMap({ Int($0) }) else { return nil }
            self.first = first
        }
    }
}
