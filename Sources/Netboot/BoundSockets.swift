import Core
import NIOCore
import NIOPosix

/// All sockets of the service, bound and not yet served.
struct BoundSockets: Sendable {
    var dhcp: [(DHCPSockets, DHCPEngine.Port)]
    var tftp: any Channel
    var http: BootHTTPServer.Listener

    /// Tells which ports are held; with port 0 that is how they become known.
    func announce(_ events: NetbootEvents) {
        for (sockets, port) in dhcp {
            let service = port == .server ? "dhcp" : "proxy"
            events.tell(.listening(service: service, port: sockets.port))
        }
        events.tell(.listening(service: "tftp", port: tftp.localAddress?.port ?? 0))
        events.tell(.listening(service: "http", port: http.channel.localAddress?.port ?? 0))
    }
}

/// Binds one socket after the other; when one cannot be had, the others are given back.
actor SocketBinder {
    private let group: MultiThreadedEventLoopGroup
    private var dhcp: [(DHCPSockets, DHCPEngine.Port)] = []
    private var tftp: (any Channel)?

    init(group: MultiThreadedEventLoopGroup) {
        self.group = group
    }

    func dhcp(
        _ endpoint: NetbootConfiguration.Endpoint, _ service: String, _ interface: String?, advertise: IPAddress,
        _ port: DHCPEngine.Port
    ) async throws {
        do {
            let sockets = try await Binding.dhcp(endpoint, interface: interface, advertise: advertise, group: group)
            dhcp.append((sockets, port))
        } catch {
            throw Binding.fault(error, service, .udp, endpoint)
        }
    }

    func tftp(
        _ endpoint: NetbootConfiguration.Endpoint, _ engine: TFTPEngine, _ events: NetbootEvents
    ) async throws {
        do {
            tftp = try await Binding.tftp(endpoint, engine: engine, events: events, group: group)
        } catch {
            throw Binding.fault(error, "TFTP", .udp, endpoint)
        }
    }

    func finish(http endpoint: NetbootConfiguration.Endpoint) async throws -> BoundSockets {
        guard let tftp else { throw Fault(.failed, "the TFTP socket is not bound") }
        do {
            return BoundSockets(dhcp: dhcp, tftp: tftp, http: try await BootHTTPServer.bind(endpoint, group: group))
        } catch {
            throw Binding.fault(error, "HTTP", .tcp, endpoint)
        }
    }

    func close() async {
        for (sockets, _) in dhcp { await sockets.close() }
        try? await tftp?.close()
    }
}
