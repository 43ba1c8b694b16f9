import Core
import NetbootWire

/// Loads a file as a boot ROM does.
struct TFTPClient: Sendable {
    let source: IPAddress
    let server: IPAddress
    let port: Int
    let firmware: NodeHardware.Firmware
    let environment: NodeEnvironment

    /// - Throws: ``Fault`` with the ROM's own error.
    func load(_ file: String) async throws -> [UInt8] {
        let location = "tftp://\(server)/\(file)"
        switch firmware {
        case .uefi:
            // EDK2 asks for the size alone first, and cannot go on without it.
            let probe = try await transfer(
                file, [(TFTPOption.transferSize, 0), (TFTPOption.blockSize, 1468), (TFTPOption.windowSize, 4)],
                onlyOptions: true)
            guard probe.announcedSize != nil else {
                throw Fault(.failed, "PXE-E53: No boot filename received", at: location, why: "no tsize")
            }
            let loaded = try await transfer(
                file, [(TFTPOption.blockSize, 1468), (TFTPOption.windowSize, 4)], onlyOptions: false)
            guard loaded.content.count == probe.announcedSize else {
                throw Fault(.failed, "PXE-E99: the file has another size than announced", at: location)
            }
            return loaded.content
        case .bios:
            return try await transfer(
                file, [(TFTPOption.transferSize, 0), (TFTPOption.blockSize, 1456)], onlyOptions: false
            ).content
        }
    }

    private func transfer(
        _ file: String, _ options: [(String, Int)], onlyOptions: Bool
    ) async throws -> TFTPTransfer {
        let start = TFTPTransfer(file: file, options: options.map { TFTPOption($0.0, $0.1) })
        let exchange = try await DatagramExchange.open(from: source, eventLoops: environment.eventLoops)
        return try await exchange.run { exchange in
            var transfer = start
            // The first answer decides which port the server speaks from.
            var peer: Int?
            var timeouts = 0
            exchange.send(transfer.pending.serialized(), to: server, port: port)
            while true {
                try Task.checkCancellation()
                guard let received = await exchange.receive(within: environment.timing.tftpTimeout) else {
                    timeouts += 1
                    guard timeouts < 6 else {
                        throw Fault(.timeout, "PXE-E18: Server response timeout", at: "tftp://\(server)/\(file)")
                    }
                    exchange.send(transfer.pending.serialized(), to: server, port: peer ?? port)
                    continue
                }
                guard received.address == server.description, received.port == peer ?? received.port,
                    let packet = try? TFTPPacket(parsing: received.bytes)
                else { continue }
                peer = received.port
                let step = transfer.on(packet)
                if onlyOptions, case .optionAcknowledgement = packet {
                    let abort = TFTPPacket.error(.optionRefused, message: "User aborted the transfer")
                    exchange.send(abort.serialized(), to: server, port: received.port)
                    return transfer
                }
                switch step {
                case .send(let packet): exchange.send(packet.serialized(), to: server, port: received.port)
                case .wait: continue
                case .finish(let packet):
                    exchange.send(packet.serialized(), to: server, port: received.port)
                    return transfer
                case .fail(let reason):
                    throw Fault(.failed, "PXE-E23: TFTP error", at: "tftp://\(server)/\(file)", why: reason)
                }
            }
        }
    }
}
