import Core
import NetbootWire
import Testing

/// A generator with a seed, so that a failing input can be made again (xorshift64*).
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed | 1
    }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 2_685_821_657_736_338_717
    }
}

@Suite struct WireFuzzTests {
    @Test("a captured packet cut at any byte is refused or read, never more", arguments: CapturedPacket.all)
    func truncated(_ captured: CapturedPacket) {
        for count in 0..<captured.bytes.count {
            let packet = try? DHCPPacket(parsing: captured.bytes.prefix(count))
            if count < 240 { #expect(packet == nil) }
        }
    }

    @Test("120,000 mutated DHCP packets: what is read can be written and is read back equal", arguments: 1...4)
    func dhcp(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed &* 0x9E37_79B9_7F4A_7C15)
        let originals = CapturedPacket.all.map(\.bytes)
        for round in 0..<30_000 {
            var bytes = originals[round % originals.count]
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                // Mostly the options: the header has few ways to be wrong.
                let low = random.next() % 8 == 0 ? 0 : 240
                bytes[Int.random(in: low..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if random.next() % 4 == 0 { bytes.removeLast(Int.random(in: 0...bytes.count, using: &random)) }
            guard let packet = try? DHCPPacket(parsing: bytes) else { continue }
            touchEveryOption(packet)
            guard let written = try? packet.serialized(minimum: 0, limit: 4096) else { continue }
            #expect(try DHCPPacket(parsing: written) == normalized(packet), "seed \(seed), round \(round)")
        }
    }

    @Test("100,000 mutated TFTP packets: what is read is read back equal", arguments: 1...4)
    func tftp(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed &* 0xD134_2543_DE82_EF95)
        let originals: [TFTPPacket] = [
            .readRequest(
                TFTPRequest(file: "ipxe.efi", options: [TFTPOption("blksize", 1432), TFTPOption("tsize", 0)])),
            .writeRequest(TFTPRequest(file: "a", mode: "netascii")), .data(block: 9, bytes: [1, 2, 3]),
            .acknowledgement(block: 7), .error(.notFound, message: "no such file"),
            .optionAcknowledgement([TFTPOption("windowsize", 4)]),
        ]
        let templates = originals.map { $0.serialized() }
        for round in 0..<25_000 {
            var bytes = templates[round % templates.count]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if random.next() % 4 == 0 { bytes.removeLast(Int.random(in: 0...bytes.count, using: &random)) }
            guard let packet = try? TFTPPacket(parsing: bytes) else { continue }
            // Texts that are not UTF-8 in an error message are repaired on reading, so equality begins there.
            let written = try TFTPPacket(parsing: packet.serialized())
            #expect(written == packet, "seed \(seed), round \(round)")
        }
    }

    private func touchEveryOption(_ packet: DHCPPacket) {
        _ = (packet.messageType, packet.userClasses, packet.architectures, packet.machineUUID, packet.mac)
        _ = (packet.relayAgent?.serialized(), packet.ipxe?.serialized(), packet.bootFileToLoad, packet.leaseTime)
        _ = packet.options[.vendorSpecific].map(PXEVendorOptions.discoveryControl)
        _ = packet.addresses(.router)
    }

    /// The packet with the relay option last, where writing puts it.
    private func normalized(_ packet: DHCPPacket) -> DHCPPacket {
        var packet = packet
        if let relay = packet.options[.relayAgent] {
            packet.options[.relayAgent] = nil
            packet.options[.relayAgent] = relay
        }
        return packet
    }
}
