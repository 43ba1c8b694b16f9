import Core
import TalosMessages

/// Getting a configuration and installing with it.
extension TalosNode {
    /// Fetches from `talos.config` until the node has a configuration that it takes.
    func fetchConfiguration(_ template: String) async {
        var retry = ConfigRetry()
        do {
            while true {
                let url = await resolve(template)
                log.write("[talos] fetching machine config from: \"\(url)\"")
                do {
                    let config = try ConfigLoader.load(try await download(url))
                    try check(config)
                    post(.configured(config))
                    return
                } catch let rejection as ConfigRejection {
                    reject(rejection)
                    try await pause(retry.gapAfterRejection())
                } catch {
                    try Task.checkCancellation()
                    log.write("[talos] download failed: \(error)", level: .error)
                    try await pause(retry.gapAfterFailure())
                }
            }
        } catch {
            return
        }
    }

    /// - Throws: ``ConfigRejection`` as the node's validation has it.
    func check(_ config: NodeConfig) throws(ConfigRejection) {
        try ConfigValidator(config: config, hardware: hardware, links: linkNames).validate()
    }

    /// Tells of a refused configuration on the console and as an event.
    func reject(_ rejection: ConfigRejection) {
        let text = rejection.description.replacing("\n", with: " ").replacing("\t", with: "")
        switch rejection.stage {
        case .loading:
            var event = Machine_ConfigLoadErrorEvent()
            event.error = rejection.description
            publish(event)
            log.write("[talos] failed to load machine config: \(text)", level: .error)
        case .validation:
            var event = Machine_ConfigValidationErrorEvent()
            event.error = rejection.description
            publish(event)
            log.write("[talos] machine config validation failed: \(text)", level: .error)
        }
    }

    /// The installer's work.
    func install(_ config: NodeConfig) async {
        sequence("initialize", .stop)
        sequence("install", .start)
        publish(phase: "install", .start)
        guard let disk = try? InstallDisk.choose(config: config, disks: hardware.disks) else {
            log.write("[talos] install failed: no install disk", level: .error)
            guard (try? await pacer.wait(timing.install)) != nil else { return }
            post(.rebootRequested(.firmware))
            return
        }
        log.write("[talos] pulling \"\(config.installImage ?? "")\"")
        log.write("[talos] installing Talos to disk \(disk.path)")
        // Whoever tests the product sees here which disks it had wiped.
        environment.accessLog.record(
            service: "disk", node: hardware.name, client: "installer", call: "install \(disk.wwid)", write: true,
            status: "OK")
        guard (try? await pacer.wait(timing.install)) != nil else { return }
        log.write("[talos] install successful")
        publish(phase: "install", .stop)
        publish(phase: "kexec", .start)
        post(.installed(disk: disk.name))
    }

    /// Fills the placeholders; one that nobody knows is waited for in half of an attempt, then sent as it is.
    private func resolve(_ template: String) async -> String {
        let values = [
            "uuid": hardware.uuid.description, "serial": hardware.serial, "mac": hardware.mac.description,
            "hostname": hostname,
        ]
        if !ConfigURL.placeholders(in: template).isSubset(of: values.keys) {
            try? await Task.sleep(for: timing.configAttempt / 2)
        }
        return ConfigURL.resolved(template, values: values)
    }

    /// - Throws: ``Fault`` for everything that Talos tries again.
    private func download(_ url: String) async throws -> [UInt8] {
        guard let location = BootURL(url) else {
            throw Fault(.failed, "failed to parse the URL", at: url)
        }
        guard let address else { throw Fault(.unreachable, "the network is not ready", at: url) }
        let client = BootHTTPClient(
            source: address.address, userAgent: "Go-http-client/1.1", eventLoops: environment.eventLoops,
            idle: timing.configAttempt)
        let answer = try await client.get(location, limit: ConfigLoader.limit)
        switch answer.status {
        case 200: return try Gzip.decompressedIfNeeded(answer.body, limit: ConfigLoader.limit)
        case 204: return []
        default:
            let beginning = String(decoding: answer.body.prefix(32), as: UTF8.self)
            throw Fault(.failed, "failed to download config, status code \(answer.status)", at: url, why: beginning)
        }
    }

    private func pause(_ seconds: Double) async throws {
        try await Task.sleep(for: timing.configRetrySecond * seconds + pacer.part(of: timing.configRetrySecond))
    }
}
