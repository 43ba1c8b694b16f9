import Core

/// What a machine's ROM and the iPXE that it loads do: DHCP, TFTP, scripts, HTTP.
struct PXEFirmware: Sendable {
    enum Outcome: Sendable {
        /// A kernel was started with its arguments.
        case kernel(KernelArguments, DHCPLease)
        /// The firmware goes on to the next entry of its boot order: the disk.
        case disk
        case powerOff
    }

    /// No boot asset is larger.
    static let imageLimit = 512 << 20
    static let scriptLimit = 64 << 10

    let hardware: NodeHardware
    let environment: NodeEnvironment
    let pacer: Pacer

    /// One run through the boot order.
    ///
    /// - Throws: `CancellationError`.
    func boot() async throws -> Outcome {
        do {
            return try await bootFromNetwork()
        } catch {
            try Task.checkCancellation()
            // A network boot that fails falls through to the disk.
            let code = (error as? Fault)?.code ?? .failed
            record("network boot failed: \(error)".replacing("\n", with: " "), status: code.rawValue)
            return .disk
        }
    }

    private func bootFromNetwork() async throws -> Outcome {
        let session = DHCPSession(hardware: hardware, environment: environment, pacer: pacer)
        let lease = try await session.lease(as: .firmware)
        guard let file = lease.bootFile, let server = lease.nextServer else {
            throw Fault(.failed, "PXE-E53: No boot filename received")
        }
        let client = TFTPClient(
            source: lease.address.address, server: server, port: environment.tftpPort, firmware: hardware.firmware,
            environment: environment)
        let loader = try await client.load(file)
        // A UEFI machine starts PE files only, a BIOS none of them.
        let isPE = loader.starts(with: Array("MZ".utf8))
        guard loader.count >= 1024, isPE == (hardware.firmware == .uefi) || hardware.firmware == .bios else {
            throw Fault(.failed, "the boot file is nothing that this firmware can start", at: file)
        }
        record("loaded \(file) over TFTP, \(loader.count) bytes")
        try await pacer.wait(environment.timing.loaderStart)
        return try await IPXEClient(
            hardware: hardware, environment: environment, pacer: pacer, session: session
        ).boot()
    }

    private func record(_ what: String, status: String = "OK") {
        environment.accessLog.record(
            service: "machine", node: hardware.name, client: hardware.mac.description, call: what, write: false,
            status: status)
    }
}
