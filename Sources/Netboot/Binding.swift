import Core
import Glibc
import NIOCore
import NIOPosix

/// Binding of sockets, with faults an operator can act on.
enum Binding {
    /// Turns what a failed bind throws into a fault that names the port and, where it can be found, its holder.
    static func fault(
        _ error: any Error, _ service: String, _ transport: PortHolder.Transport,
        _ endpoint: NetbootConfiguration.Endpoint
    ) -> Fault {
        let location = "\(endpoint.host.urlHost):\(endpoint.port)"
        let what = "cannot listen on \(transport.rawValue.uppercased()) port \(endpoint.port) for \(service)"
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE:
            let holder = PortHolder.find(transport, port: endpoint.port, address: endpoint.host)
            return Fault(
                .refused, what, at: location, why: "the port is held by \(holder ?? "another process")",
                next: "stop that process or choose another port in spec.boot")
        case EACCES, EPERM:
            return Fault(
                .refused, what, at: location, why: "this user may not bind the port",
                next: "run as root, give CAP_NET_BIND_SERVICE, or choose a port above 1023")
        case EADDRNOTAVAIL:
            return Fault(
                .refused, what, at: location, why: "no interface of this host has the address",
                next: "correct spec.boot.address or add the address to an interface")
        case ENODEV:
            return Fault(
                .refused, what, at: location, why: "there is no such interface", next: "correct spec.boot.interface")
        default:
            return Fault(.refused, what, at: location, cause: error)
        }
    }

    /// The sockets of a DHCP port on one interface, or on one address.
    ///
    /// - Parameters:
    ///   - interface: nil for the interface that has the endpoint's address.
    ///   - advertise: where answers come from. When this host does not have it (it may be translated on the way),
    ///     answers come from the interface's first address.
    static func dhcp(
        _ endpoint: NetbootConfiguration.Endpoint, interface: String?, advertise: IPAddress,
        group: any EventLoopGroup
    ) async throws -> DHCPSockets {
        guard let device = interface ?? LocalInterface.name(of: endpoint.host) else {
            return DHCPSockets(
                first: try await datagrams(endpoint.host, endpoint.port, nil, group: group), answering: nil)
        }
        let first = try await datagrams(IPAddress(v4: 0, 0, 0, 0), endpoint.port, device, group: group)
        guard LocalInterface.name(of: advertise) != nil else { return DHCPSockets(first: first, answering: nil) }
        do {
            // The two may share the port with each other, and before and afterwards with nobody.
            try await first.channel.setOption(.socketOption(.so_reuseaddr), value: 1).get()
            let port = first.channel.localAddress?.port ?? endpoint.port
            let answering = try await datagrams(advertise, port, device, shared: true, group: group)
            for channel in [first.channel, answering.channel] {
                try await channel.setOption(.socketOption(.so_reuseaddr), value: 0).get()
            }
            return DHCPSockets(first: first, answering: answering)
        } catch {
            try? await first.executeThenClose { _, _ in }
            throw error
        }
    }

    private static func datagrams(
        _ host: IPAddress, _ port: Int, _ interface: String?, shared: Bool = false, group: any EventLoopGroup
    ) async throws -> DHCPSockets.Channel {
        try await DatagramBootstrap(group: group)
            .channelOption(.socketOption(.so_broadcast), value: 1)
            .channelOption(.socketOption(.so_reuseaddr), value: shared ? 1 : 0)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096 + 1))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try closeOnExec(channel)
                    if let interface { try bind(channel, to: interface) }
                }
            }
            .bind(host: host.description, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try DHCPSockets.Channel(wrappingChannelSynchronously: channel)
                }
            }
    }

    /// A UDP socket with a handler on it.
    static func tftp(
        _ endpoint: NetbootConfiguration.Endpoint, engine: TFTPEngine, events: NetbootEvents, group: any EventLoopGroup
    ) async throws -> any Channel {
        try await DatagramBootstrap(group: group)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 2048))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try closeOnExec(channel)
                    try channel.pipeline.syncOperations.addHandler(TFTPHandler(engine: engine, events: events))
                }
            }
            .bind(host: endpoint.host.description, port: endpoint.port).get()
    }

    /// Keeps a socket out of programs that this process starts: after a crash they would hold the port.
    ///
    /// To be called on the channel's event loop, in its initializer.
    static func closeOnExec(_ channel: any Channel) throws {
        try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { socket in
            _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        }
    }

    private static func bind(_ channel: any Channel, to interface: String) throws {
        try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { socket in
            let length = socklen_t(interface.utf8.count + 1)
            guard setsockopt(socket, SOL_SOCKET, SO_BINDTODEVICE, interface, length) == 0 else {
                throw IOError(errnoCode: errno, reason: "setsockopt(SO_BINDTODEVICE)")
            }
        }
    }
}
