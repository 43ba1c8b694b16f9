import Core
import NetbootWire

/// iPXE as loaded by a machine's firmware: DHCP with its own user class, then the script that it is told of.
struct IPXEClient: Sendable {
    let hardware: NodeHardware
    let environment: NodeEnvironment
    let pacer: Pacer
    let session: DHCPSession

    private var isUEFI: Bool { hardware.firmware == .uefi }

    /// - Throws: ``Fault``, `CancellationError`.
    func boot() async throws -> PXEFirmware.Outcome {
        var lease = try await session.lease(as: .ipxe)
        let (text, url) = try await firstScript(lease)
        var machine = ScriptMachine(variables: variables(lease), isUEFI: isUEFI)
        var digests: [String: String] = [:]
        var effect = machine.start(text, at: url)
        while true {
            try Task.checkCancellation()
            switch effect {
            case .fetchScript(let url):
                effect = machine.resume(
                    await attempt { .script(try await script(url, lease)) })
            case .fetchImage(let url, let name):
                let outcome = await attempt {
                    digests[name] = try await image(url, lease)
                    return .success
                }
                effect = machine.resume(outcome)
            case .configureNetwork:
                do {
                    lease = try await session.lease(as: .ipxe)
                    machine.variables = variables(lease, over: machine.variables)
                    effect = machine.resume(.success)
                } catch let fault as Fault {
                    effect = machine.resume(.failure(fault.what))
                }
            case .sleep(let seconds):
                try await Task.sleep(for: environment.timing.scriptSecond * seconds)
                effect = machine.resume(.success)
            case .end(let ending):
                return try await end(ending, digests, lease)
            }
        }
    }

    private func attempt(_ work: () async throws -> ScriptMachine.Outcome) async -> ScriptMachine.Outcome {
        do {
            return try await work()
        } catch let fault as Fault {
            return .failure(fault.description)
        } catch {
            return .failure("\(error)")
        }
    }

    private func end(
        _ ending: ScriptMachine.Ending, _ digests: [String: String], _ lease: DHCPLease
    ) async throws -> PXEFirmware.Outcome {
        switch ending {
        case .boot(let kernel, let arguments, let initrds):
            guard digests[kernel] == environment.assets.kernel else {
                throw Fault(.corrupted, "the kernel \(kernel) does not start", why: "its bytes are not the release's")
            }
            guard initrds.contains(where: { digests[$0] == environment.assets.initramfs }) else {
                throw Fault(
                    .corrupted, "the kernel panics: no working init found",
                    why: "no initrd has the bytes of the release's initramfs")
            }
            record("booted \(kernel) \(arguments)")
            return .kernel(KernelArguments(arguments), lease)
        case .exit:
            record("iPXE exited")
            return .disk
        case .bootDisk:
            record("iPXE booted the disk")
            return .disk
        case .failed(let why):
            throw Fault(.failed, "the boot script failed", why: why)
        case .reboot:
            record("iPXE rebooted the machine")
            try await pacer.wait(environment.timing.restart)
            throw Fault(.failed, "the boot script rebooted the machine")
        case .powerOff:
            return .powerOff
        }
    }

    /// The script that DHCP names, by URL or by TFTP file name.
    private func firstScript(_ lease: DHCPLease) async throws -> (String, BootURL) {
        guard let file = lease.bootFile else { throw Fault(.failed, "Nothing to boot: No such file or directory") }
        if let url = BootURL(file) { return (try await script(url, lease), url) }
        guard let server = lease.nextServer, let url = BootURL("tftp://\(server)/\(file)") else {
            throw Fault(.failed, "no server to load \(file) from")
        }
        return (try await script(url, lease), url)
    }

    private func script(_ url: BootURL, _ lease: DHCPLease) async throws -> String {
        if url.scheme == "tftp" {
            guard let server = IPAddress(url.host) else { throw Fault(.failed, "no address", at: url.description) }
            let client = TFTPClient(
                source: lease.address.address, server: server, port: environment.tftpPort, firmware: .bios,
                environment: environment)
            return String(decoding: try await client.load(String(url.path.dropFirst())), as: UTF8.self)
        }
        let http = http(lease)
        let answer = try await patiently(url) { try await http.get(url, limit: PXEFirmware.scriptLimit) }
        return String(decoding: answer.body, as: UTF8.self)
    }

    /// - Returns: the digest of the image.
    private func image(_ url: BootURL, _ lease: DHCPLease) async throws -> String {
        let http = http(lease)
        return try await patiently(url) { try await http.digest(url, limit: PXEFirmware.imageLimit) }.sha256
    }

    private func http(_ lease: DHCPLease) -> BootHTTPClient {
        BootHTTPClient(
            source: lease.address.address, userAgent: "iPXE/1.21.1+git-20220113.fbbdc3926",
            eventLoops: environment.eventLoops, idle: environment.timing.transferIdle)
    }

    /// A 503 with Retry-After is tried again after that time, as often as it is said; every other error is final.
    private func patiently(
        _ url: BootURL, _ request: () async throws -> BootHTTPClient.Answer
    ) async throws -> BootHTTPClient.Answer {
        while true {
            let answer = try await request()
            if answer.status == 200 { return answer }
            guard answer.status == 503, let seconds = answer.retryAfter else {
                throw Fault(.failed, "HTTP status \(answer.status)", at: url.description)
            }
            try await Task.sleep(for: environment.timing.scriptSecond * seconds)
        }
    }

    private func variables(
        _ lease: DHCPLease, over old: ScriptVariables = ScriptVariables()
    ) -> ScriptVariables {
        let mask = lease.address.prefixLength
        let bits = mask == 0 ? 0 : UInt32.max << UInt32(32 - mask)
        let netmask = [24, 16, 8, 0].map { (shift: UInt32) in String((bits >> shift) & 0xFF) }
        var values = [
            "mac": hardware.mac.description, "uuid": hardware.uuid.description, "serial": hardware.serial,
            "manufacturer": "Lab Systems", "product": "LS-1000", "asset": "", "ip": lease.address.address.description,
            "netmask": netmask.joined(separator: "."),
            "dhcp-server": lease.server.description, "platform": isUEFI ? "efi" : "pcbios",
            "buildarch": isUEFI ? "x86_64" : "i386", "version": "1.21.1+", "user-class": "iPXE",
            "busid": hardware.links.first?.busPath ?? "", "chip": "ixgbe",
        ]
        values["gateway"] = lease.gateway?.description
        values["next-server"] = lease.nextServer?.description
        values["filename"] = lease.bootFile
        return ScriptVariables(old.values.merging(values) { $1 })
    }

    private func record(_ what: String) {
        environment.accessLog.record(
            service: "machine", node: hardware.name, client: hardware.mac.description, call: what, write: false,
            status: "OK")
    }
}
