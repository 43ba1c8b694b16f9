import Core

extension HTTPClient {
    /// Runs attempts until one ends well, may not be repeated, or the policy or the deadline is used up.
    func attempting<Value: Sendable>(
        _ request: HTTPRequest,
        _ attempt: @Sendable (HTTPRequest, Duration?) async throws(TransferFailure) -> (HTTPResponse, Value)
    ) async throws(Fault) -> (HTTPResponse, Value) {
        try request.validate()
        let budget = Budget(request.deadline)
        let policy = request.body.isReplayable ? request.retry : .none
        var count = 1
        while true {
            let pause: Duration
            do throws(TransferFailure) {
                let answer = try await attempt(request, budget.left)
                guard count < policy.attempts, request.method.isIdempotent,
                    let wait = wait(answer.0, policy, count), budget.allows(wait)
                else { return answer }
                pause = wait
            } catch {
                guard count < policy.attempts, error.isRetryable(idempotent: request.method.isIdempotent) else {
                    throw error.fault
                }
                pause = policy.pause(after: count, jitter: configuration.jitter())
                guard budget.allows(pause) else { throw error.fault }
            }
            try await rest(pause, request.url)
            count += 1
        }
    }

    /// How long to wait before a response of this status is asked for again; nil when it is final.
    func wait(_ response: HTTPResponse, _ policy: RetryPolicy, _ count: Int) -> Duration? {
        guard policy.statuses.contains(response.status) else { return nil }
        let backoff = policy.pause(after: count, jitter: configuration.jitter())
        let asked = retryAfter(response.headers["retry-after"], now: configuration.wallClock.now)
        guard let asked else { return backoff }
        return asked <= policy.patience ? max(asked, backoff) : nil
    }

    func rest(_ pause: Duration, _ url: String) async throws(Fault) {
        do {
            try await Task.sleep(for: pause)
        } catch {
            throw Fault(.cancelled, "the request was given up", at: url)
        }
    }
}

/// What is left of a deadline.
struct Budget: Sendable {
    private let end: ContinuousClock.Instant?

    init(_ deadline: Duration?) {
        end = deadline.map { ContinuousClock.now.advanced(by: $0) }
    }

    /// nil when there is no deadline.
    var left: Duration? { end.map { max(.zero, ContinuousClock.now.duration(to: $0)) } }

    /// Whether a pause of this length leaves any time.
    func allows(_ pause: Duration) -> Bool {
        left.map { pause < $0 } ?? true
    }
}
