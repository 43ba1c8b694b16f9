import Core

extension KubernetesClient {
    /// Watches a kind over one connection, from the resource version of a list on.
    ///
    /// The sequence ends when the server ends the connection (then watch again from the last version seen, bookmarks
    /// included) and stops the transfer when its task is cancelled. ``Informer`` does the reconnecting.
    ///
    /// - Parameter timeout: how long the server keeps the connection; nil takes 5 to 10 minutes at random.
    /// - Throws: while iterating, ``KubernetesError`` with `isGone` when the version is too old, whichever way the
    ///   server says so.
    package func watch(
        _ type: ResourceType, namespace: String? = nil, resourceVersion: String, labels: String? = nil,
        fields: String? = nil, timeout: Duration? = nil
    ) -> Watch {
        let timeout = timeout ?? .seconds(Int.random(in: 300...600))
        var request = request(
            "GET", type.path(namespace: namespace),
            query: [
                ("watch", "1"), ("allowWatchBookmarks", "true"), ("resourceVersion", resourceVersion),
                ("timeoutSeconds", String(max(1, timeout.components.seconds))), ("labelSelector", labels),
                ("fieldSelector", fields),
            ])
        request.deadline = timeout + .seconds(30)
        return Watch(transport: transport, request: request, type: type)
    }
}

/// The events of one watch connection; the request is sent when the first one is asked for.
package struct Watch: AsyncSequence, Sendable {
    let transport: any KubernetesTransport
    let request: KubernetesRequest
    let type: ResourceType

    package func makeAsyncIterator() -> Iterator {
        Iterator(watch: self)
    }

    package struct Iterator: AsyncIteratorProtocol {
        private let watch: Watch
        private var bytes: (any AsyncIteratorProtocol<[UInt8], Fault>)?
        private var decoder = WatchFrameDecoder()
        private var frames: ArraySlice<[UInt8]> = []
        private var hasStarted = false

        fileprivate init(watch: Watch) {
            self.watch = watch
        }

        package mutating func next() async throws -> WatchEvent? {
            try await next(isolation: nil)
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws -> WatchEvent? {
            if !hasStarted {
                hasStarted = true
                bytes = try await watch.open().makeAsyncIterator()
            }
            while true {
                if let frame = frames.popFirst() { return try event(frame) }
                guard let chunk = try await bytes?.next(isolation: actor) else {
                    bytes = nil
                    return nil
                }
                frames = try decoder.push(chunk)[...]
            }
        }

        private func event(_ frame: [UInt8]) throws -> WatchEvent {
            var event = try WatchEvent(frame: frame, call: watch.request.call)
            if event.object.kind.isEmpty {
                event.object.apiVersion = watch.type.apiVersion
                event.object.kind = watch.type.kind
            }
            return event
        }
    }

    /// Sends the request; an answer that is no success becomes an error.
    private func open() async throws -> KubernetesBody {
        let (head, body) = try await transport.stream(request)
        guard head.status != 200 else { return body }
        var text: [UInt8] = []
        for try await chunk in body where text.count < 1 << 20 { text += chunk }
        throw KubernetesError(status: head.status, body: text, retryAfter: head.retryAfter, call: request.call)
    }
}
