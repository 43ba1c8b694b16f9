import Core

/// Calls to the API of one Kubernetes cluster.
///
/// Every call throws ``KubernetesError`` for an answer that is not a success and ``Core/Fault`` when there was no
/// answer. Reads are repeated by themselves after errors that pass; writes only when the server says that it did
/// not take the request (429, or 503 with `Retry-After`).
package struct KubernetesClient: Sendable {
    /// How calls behave beyond what their arguments say.
    package struct Behaviour: Sendable {
        /// How often one call is tried; 1 means never again.
        package var attempts: Int
        package var backoff: Backoff
        /// The most bytes of an answer.
        package var answerLimit: Int
        /// The most objects of one page of a list.
        package var pageSize: Int
        /// The longest time for one exchange that is no watch.
        package var deadline: Duration

        package init(
            attempts: Int = 5, backoff: Backoff = Backoff(base: .milliseconds(200), cap: .seconds(5)),
            answerLimit: Int = 256 << 20, pageSize: Int = 500, deadline: Duration = .seconds(60)
        ) {
            self.attempts = attempts
            self.backoff = backoff
            self.answerLimit = answerLimit
            self.pageSize = pageSize
            self.deadline = deadline
        }
    }

    let transport: any KubernetesTransport
    let behaviour: Behaviour
    let discovery = DiscoveryCache()

    /// A client over any transport; see ``init(access:http:userAgent:behaviour:)`` for a real one.
    package init(transport: any KubernetesTransport, behaviour: Behaviour = Behaviour()) {
        self.transport = transport
        self.behaviour = behaviour
    }

    /// Sends a request, with the repetitions that its method allows.
    func send(_ request: KubernetesRequest) async throws -> KubernetesAnswer {
        let isRead = request.method == "GET"
        var attempt = 1
        while true {
            do {
                let answer = try await transport.collect(request, limit: behaviour.answerLimit)
                guard !(200..<300).contains(answer.status) else { return answer }
                throw KubernetesError(
                    status: answer.status, body: answer.body, retryAfter: answer.retryAfter, call: request.call)
            } catch {
                guard attempt < behaviour.attempts, let pause = pause(after: error, isRead: isRead, attempt) else {
                    throw error
                }
                try await Task.sleep(for: pause)
                attempt += 1
            }
        }
    }

    /// Sends a request and reads the object in the answer.
    func object(_ request: KubernetesRequest) async throws -> KubernetesObject {
        KubernetesObject(try json(try await send(request), of: request))
    }

    func json(_ answer: KubernetesAnswer, of request: KubernetesRequest) throws -> JSON {
        do {
            return try JSON(parsing: answer.body, limits: JSON.Limits(bytes: behaviour.answerLimit))
        } catch {
            throw Fault(.corrupted, "the answer of the Kubernetes API is no JSON", at: request.call, why: error.why)
        }
    }

    func request(
        _ method: String, _ path: String, query: [(String, String?)] = [], contentType: String? = nil,
        body: JSON? = nil
    ) -> KubernetesRequest {
        let text = URLText.query(query)
        return KubernetesRequest(
            method, text.isEmpty ? path : "\(path)?\(text)",
            contentType: body == nil ? nil : contentType ?? "application/json", body: body?.serialized() ?? [],
            deadline: behaviour.deadline)
    }

    /// How long to wait before the next attempt; nil when there must be none.
    private func pause(after error: any Error, isRead: Bool, _ attempt: Int) -> Duration? {
        if let error = error as? KubernetesError {
            let asked = error.retryAfter
            switch error.status {
            case 429: break
            case 500, 502, 503, 504: guard isRead || (error.status == 503 && asked != nil) else { return nil }
            default: return nil
            }
            return max(behaviour.backoff.pause(after: attempt), min(asked ?? .zero, .seconds(30)))
        }
        guard isRead, let fault = error as? Fault, fault.code == .unreachable || fault.code == .timeout else {
            return nil
        }
        return behaviour.backoff.pause(after: attempt)
    }
}

extension KubernetesRequest {
    /// Method and path, without the query: how errors name the request.
    var call: String { "\(method) \(target.prefix { $0 != "?" })" }
}
