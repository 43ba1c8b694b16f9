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

    /// A UDP socket for DHCP: on one interface, or on one address.
    static func datagrams(
        _ endpoint: NetbootConfiguration.Endpoint, interface: String?, group: any EventLoopGroup
    ) async throws -> DHCPServer.Channel {
        try await DatagramBootstrap(group: group)
            .channelOption(.socketOption(.so_broadcast), value: 1)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096 + 1))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let interface { try bind(channel, to: interface) }
                }
            }
            .bind(host: interface == nil ? endpoint.host.description : "0.0.0.0", port: endpoint.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try DHCPServer.Channel(wrappingChannelSynchronously: channel)
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
                    try channel.pipeline.syncOperations.addHandler(TFTPHandler(engine: engine, events: events))
                }
            }
            .bind(host: endpoint.host.description, port: endpoint.port).get()
    }

    private static func bind(_ channel: any Channel, to interface: String) throws {
        guard let provider = channel as? any SocketOptionProvider, interface.utf8.count < 16 else { return }
        var name = ifreqName()
        withUnsafeMutableBytes(of: &name) { $0.copyBytes(from: interface.utf8) }
        // The handler runs on the event loop, before the bind, so the call has already happened when it returns.
        _ = provider.unsafeSetSocketOption(
            level: .socket, name: NIOBSDSocket.Option(rawValue: SO_BINDTODEVICE), value: name)
    }

    /// Sixteen bytes: an interface name with zeros behind it.
    private struct ifreqName: Sendable {
        var low: UInt64 = 0
        var high: UInt64 = 0
    }
}
