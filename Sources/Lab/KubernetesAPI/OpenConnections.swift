import NIOCore
import NIOSSL
import PKI
import Synchronization

/// The connections of a listener: whose they are, and how to break them all.
final class OpenConnections: Sendable {
    private struct Connection {
        var channel: any Channel
        var peer: APIRequest.Peer?
    }

    private struct State {
        var connections: [ObjectIdentifier: Connection] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    func add(_ channel: any Channel) {
        let isClosed = state.withLock { state in
            state.connections[ObjectIdentifier(channel)] = Connection(channel: channel)
            return state.isClosed
        }
        channel.closeFuture.whenComplete { [weak self] _ in self?.remove(channel) }
        if isClosed { channel.close(promise: nil) }
    }

    func closeAll() {
        let open = state.withLock { state in
            state.isClosed = true
            return state.connections.values.map(\.channel)
        }
        for channel in open { channel.close(promise: nil) }
    }

    /// The user of a connection or of an HTTP/2 stream on it, read from the certificate once.
    func peer(of channel: any Channel) async -> APIRequest.Peer {
        let candidates = [channel, channel.parent].compactMap(\.self)
        let known = state.withLock { state in
            candidates.compactMap { state.connections[ObjectIdentifier($0)] }.first
        }
        guard let known else { return APIRequest.Peer(name: "", groups: []) }
        if let peer = known.peer { return peer }
        let peer = await Self.read(known.channel)
        state.withLock { $0.connections[ObjectIdentifier(known.channel)]?.peer = peer }
        return peer
    }

    private static func read(_ channel: any Channel) async -> APIRequest.Peer {
        let subject = try? await channel.nioSSL_peerCertificate().get().map {
            try Certificate(der: try $0.toDERBytes()).subject
        }
        return APIRequest.Peer(name: subject?.commonName ?? "", groups: subject?.organizations ?? [])
    }

    private func remove(_ channel: any Channel) {
        state.withLock { $0.connections[ObjectIdentifier(channel)] = nil }
    }
}
