import Core
import Kubernetes
import Synchronization

/// A transport that answers as a test says, and remembers what it was asked.
final class ScriptedTransport: KubernetesTransport {
    enum Reply: Sendable {
        case status(Int, JSON, retryAfter: Duration? = nil)
        case text(Int, String)
        case fault(Fault)
        /// A watch: these chunks, and then what ends it.
        case watch([String], then: Ending)
    }

    enum Ending: Sendable {
        case close
        case hang
        case fault(Fault)
    }

    private let asked = Mutex<[KubernetesRequest]>([])
    private let answer: @Sendable (_ request: KubernetesRequest, _ index: Int) -> Reply

    init(_ answer: @escaping @Sendable (_ request: KubernetesRequest, _ index: Int) -> Reply) {
        self.answer = answer
    }

    var requests: [KubernetesRequest] { asked.withLock { $0 } }

    private func reply(_ request: KubernetesRequest) -> Reply {
        let index = asked.withLock { asked in
            asked.append(request)
            return asked.count - 1
        }
        return answer(request, index)
    }

    func collect(_ request: KubernetesRequest, limit: Int) async throws -> KubernetesAnswer {
        switch reply(request) {
        case .status(let status, let body, let retryAfter):
            return KubernetesAnswer(status: status, retryAfter: retryAfter, body: body.serialized())
        case .text(let status, let text): return KubernetesAnswer(status: status, body: Array(text.utf8))
        case .fault(let fault): throw fault
        case .watch: throw Fault(.failed, "a watch was asked for as a whole")
        }
    }

    func stream(_ request: KubernetesRequest) async throws -> (head: KubernetesAnswer, body: KubernetesBody) {
        switch reply(request) {
        case .watch(let chunks, let ending):
            return (KubernetesAnswer(status: 200), ScriptedBody(chunks: chunks, ending: ending))
        case .status(let status, let body, let retryAfter):
            let text = String(decoding: body.serialized(), as: UTF8.self)
            return (
                KubernetesAnswer(status: status, retryAfter: retryAfter), ScriptedBody(chunks: [text], ending: .close)
            )
        case .text(let status, let text):
            return (KubernetesAnswer(status: status), ScriptedBody(chunks: [text], ending: .close))
        case .fault(let fault): throw fault
        }
    }
}

struct ScriptedBody: AsyncSequence {
    let chunks: [String]
    let ending: ScriptedTransport.Ending

    func makeAsyncIterator() -> Iterator { Iterator(chunks: chunks[...], ending: ending) }

    struct Iterator: AsyncIteratorProtocol {
        var chunks: ArraySlice<String>
        let ending: ScriptedTransport.Ending

        mutating func next() async throws(Fault) -> [UInt8]? { try await next(isolation: nil) }

        mutating func next(isolation actor: isolated (any Actor)?) async throws(Fault) -> [UInt8]? {
            if let chunk = chunks.popFirst() { return Array(chunk.utf8) }
            switch ending {
            case .close: return nil
            case .fault(let fault): throw fault
            case .hang:
                try? await Task.sleep(for: .seconds(3600))
                throw Fault(.cancelled, "the test is over")
            }
        }
    }
}

extension KubernetesClient.Behaviour {
    /// Quick repetitions for tests.
    static let quick = KubernetesClient.Behaviour(
        attempts: 4, backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(2)), pageSize: 2)
}

/// Waits until a condition holds; false after ten seconds.
func eventually(_ condition: () -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(10)
    while !condition() {
        guard ContinuousClock.now < deadline else { return false }
        try? await Task.sleep(for: .milliseconds(2))
    }
    return true
}

func node(_ name: String, version: Int, ready: Bool = false) -> JSON {
    [
        "apiVersion": "v1", "kind": "Node",
        "metadata": ["name": .string(name), "uid": .string("uid-\(name)"), "resourceVersion": .string("\(version)")],
        "status": ["conditions": [["type": "Ready", "status": ready ? "True" : "False"]]],
    ]
}

func list(_ items: [JSON], version: Int, next: String? = nil) -> JSON {
    [
        "kind": "NodeList", "items": .array(items),
        "metadata": .fields(["resourceVersion": .string("\(version)"), "continue": next.map(JSON.string)]),
    ]
}

func event(_ type: String, _ object: JSON) -> String {
    JSON.object(["type": .string(type), "object": object]).description + "\n"
}

func status(_ code: Int, _ reason: String) -> JSON {
    ["kind": "Status", "status": "Failure", "code": .int(Int64(code)), "reason": .string(reason), "message": "no"]
}
