package import Core
package import Embedded
package import Logging
import NIOCore
package import NIOPosix

/// The boot service: DHCP or proxy DHCP, TFTP, and HTTP with scripts, boot files, assets and machine configs.
package struct NetbootService: Sendable {
    /// What happens, for one reader. When nobody reads, the oldest events are dropped.
    package let events: AsyncStream<NetbootEvent>

    private let configuration: NetbootConfiguration
    private let policy: any BootPolicy
    private let embedded: Embedded
    private let logger: Logger
    private let clock: any WallClock
    private let group: MultiThreadedEventLoopGroup
    private let sink: NetbootEvents

    package init(
        configuration: NetbootConfiguration, policy: any BootPolicy, embedded: Embedded = Embedded(), logger: Logger,
        clock: any WallClock = SystemWallClock(), group: MultiThreadedEventLoopGroup = .singleton
    ) {
        self.configuration = configuration
        self.policy = policy
        self.embedded = embedded
        self.logger = logger
        self.clock = clock
        self.group = group
        sink = NetbootEvents(clock: clock)
        events = sink.stream
    }

    /// Serves until the task is cancelled.
    ///
    /// All sockets are bound before the first request is answered.
    ///
    /// - Throws: ``Fault`` `refused` when a port cannot be had (it names the port and, if it can be found, the process
    ///   that holds it), `notFound` when boot loaders or assets are missing, `usage` for faulty templates.
    package func run() async throws {
        defer { sink.finish() }
        try checkAssets()
        let scripts = try BootScripts(embedded: embedded, baseURL: configuration.httpBaseURL)
        let loaders = try BootloaderTable(parsing: try embedded.text(BootloaderTable.file))
        var files = try BootFiles(directory: configuration.bootloaderDirectory, named: loaders.files)
        // iPXE without HTTP and iPXE of later years ask for these beside their own file.
        files["boot.ipxe"] = Array(try scripts.entry().utf8)
        files["autoexec.ipxe"] = files["boot.ipxe"]
        let routes = try BootRoutes(
            scripts: scripts, files: files, assets: configuration.assets, policy: policy, events: sink, logger: logger)
        let web = BootHTTPServer(routes: routes, policy: policy, events: sink)
        let dhcp = try dhcpServer(loaders, files)
        let sockets = try await bind(files, dhcp: dhcp != nil)
        sockets.announce(sink)
        try await serve(sockets, web, dhcp)
    }

    private func serve(_ sockets: BoundSockets, _ web: BootHTTPServer, _ dhcp: DHCPServer?) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await web.run(sockets.http) }
            group.addTask {
                try await withTaskCancellationHandler {
                    try await sockets.tftp.closeFuture.get()
                } onCancel: {
                    sockets.tftp.close(promise: nil)
                }
            }
            for (sockets, port) in sockets.dhcp {
                guard let dhcp else { continue }
                group.addTask { try await dhcp.run(sockets, as: port) }
            }
            // The first to end ends all: each of them runs until it is cancelled.
            defer { group.cancelAll() }
            try await group.next()
            try Task.checkCancellation()
            throw Fault(.failed, "a socket of the boot service was closed")
        }
    }

    private func dhcpServer(_ loaders: BootloaderTable, _ files: BootFiles) throws(Fault) -> DHCPServer? {
        guard configuration.mode != .off else { return nil }
        let store = configuration.mode == .dhcp ? configuration.leaseFile.map(LeaseFile.init(path:)) : nil
        let leases = try store?.load() ?? []
        let engine = DHCPEngine(configuration: configuration, loaders: loaders, files: files, leases: leases)
        return DHCPServer(engine: engine, policy: policy, store: store, events: sink, clock: clock, logger: logger)
    }

    private func checkAssets() throws(Fault) {
        for asset in configuration.assets {
            guard asset.hasValidName else {
                throw Fault(
                    .usage, "\"\(asset.name)\" cannot be an asset's name",
                    next: "use letters, digits, dots, dashes and underscores")
            }
            guard FileStore.exists(asset.path) else {
                throw Fault(.notFound, "the asset \(asset.name) is missing", at: asset.path)
            }
        }
    }

    private func bind(_ files: BootFiles, dhcp: Bool) async throws -> BoundSockets {
        let configuration = configuration
        let binder = SocketBinder(group: group)
        do {
            if dhcp {
                let endpoint = NetbootConfiguration.Endpoint(host: configuration.listen, port: configuration.dhcpPort)
                try await binder.dhcp(
                    endpoint, "DHCP", configuration.interface, advertise: configuration.advertise, .server)
            }
            if configuration.mode == .proxy {
                let endpoint = NetbootConfiguration.Endpoint(host: configuration.listen, port: configuration.proxyPort)
                try await binder.dhcp(
                    endpoint, "proxy DHCP", configuration.interface, advertise: configuration.advertise, .bootServer)
            }
            let engine = TFTPEngine(files: files) { configuration.serves($0) }
            let tftp = NetbootConfiguration.Endpoint(host: configuration.tftpHost, port: configuration.tftpPort)
            try await binder.tftp(tftp, engine, sink)
            return try await binder.finish(http: configuration.httpListen)
        } catch {
            await binder.close()
            throw error
        }
    }
}
