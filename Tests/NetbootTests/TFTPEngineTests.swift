import Core
import NetbootWire
import Testing

@testable import Netboot

@Suite struct TFTPEngineTests {
    private let peer = TFTPEngine.Peer(address: IPAddress(v4: 10, 77, 0, 80), port: 1024)

    private func engine(_ files: [String: [UInt8]] = ["a": Array(0..<250) + Array(0..<250) + [1, 2]]) -> TFTPEngine {
        TFTPEngine(files: BootFiles(files)) { CIDR("10.77.0.0/24")?.contains($0) ?? false }
    }

    private func packets(_ actions: [TFTPEngine.Action]) -> [TFTPPacket] {
        actions.compactMap { if case .send(let packet, _) = $0 { packet } else { nil } }
    }

    private func read(_ name: String, _ options: [TFTPOption] = [], mode: String = "octet") -> [UInt8] {
        TFTPPacket.readRequest(TFTPRequest(file: name, mode: mode, options: options)).serialized()
    }

    private func acknowledge(_ block: UInt16) -> [UInt8] { TFTPPacket.acknowledgement(block: block).serialized() }

    @Test("without options block 1 comes at once, and a full last block is followed by an empty one")
    func plain() {
        var engine = engine(["a": [UInt8](repeating: 5, count: 1024)])
        #expect(packets(engine.on(read("a"), from: peer, now: .zero)).first?.serialized().count == 516)
        #expect(packets(engine.on(acknowledge(1), from: peer, now: .zero)).count == 1)
        #expect(packets(engine.on(acknowledge(2), from: peer, now: .zero)) == [.data(block: 3, bytes: [])])
        let last = engine.on(acknowledge(3), from: peer, now: .zero)
        #expect(last == [.tell(.tftp(file: "a", .finished(bytes: 1024)), peer.address)])
        #expect(engine.isIdle)
    }

    @Test("options are answered in their order, lower case, within what the network carries")
    func options() {
        var engine = engine()
        let asked = [
            TFTPOption("TSIZE", 0), TFTPOption("blksize", 1500), TFTPOption("windowsize", 200),
            TFTPOption("timeout", 3), TFTPOption("multicast", ""), TFTPOption("blksize", 8),
        ]
        let expected: [TFTPOption] = [
            TFTPOption("tsize", 502), TFTPOption("blksize", 1468), TFTPOption("windowsize", 64),
            TFTPOption("timeout", 3),
        ]
        #expect(packets(engine.on(read("a", asked), from: peer, now: .zero)) == [.optionAcknowledgement(expected)])
    }

    @Test("a size probe that breaks off is no failure")
    func probe() {
        var engine = engine()
        _ = engine.on(read("a", [TFTPOption("tsize", 0)]), from: peer, now: .zero)
        let abort = TFTPPacket.error(.optionRefused, message: "User aborted the transfer").serialized()
        #expect(engine.on(abort, from: peer, now: .zero) == [])
        #expect(engine.isIdle)
    }

    @Test("a window is sent as one, and a gap restarts after the acknowledged block")
    func window() {
        var engine = engine(["a": [UInt8](repeating: 1, count: 100)])
        _ = engine.on(read("a", [TFTPOption("blksize", 8), TFTPOption("windowsize", 4)]), from: peer, now: .zero)
        func numbers(_ actions: [TFTPEngine.Action]) -> [UInt16] {
            packets(actions).compactMap { if case .data(let block, _) = $0 { block } else { nil } }
        }
        #expect(numbers(engine.on(acknowledge(0), from: peer, now: .zero)) == [1, 2, 3, 4])
        #expect(numbers(engine.on(acknowledge(2), from: peer, now: .zero)) == [3, 4, 5, 6])
        #expect(numbers(engine.on(acknowledge(6), from: peer, now: .zero)) == [7, 8, 9, 10])
        #expect(numbers(engine.on(acknowledge(10), from: peer, now: .zero)) == [11, 12, 13])
    }

    @Test("a duplicate or foreign acknowledgement sends nothing: only time does")
    func sorcerersApprentice() {
        var engine = engine(["a": [UInt8](repeating: 1, count: 4000)])
        _ = engine.on(read("a"), from: peer, now: .zero)
        #expect(packets(engine.on(acknowledge(1), from: peer, now: .zero)).count == 1)
        #expect(engine.on(acknowledge(1), from: peer, now: .zero) == [])
        #expect(engine.on(acknowledge(7), from: peer, now: .zero) == [])
        let stranger = TFTPEngine.Peer(address: peer.address, port: 1025)
        #expect(engine.on(acknowledge(2), from: stranger, now: .zero) == [])
        #expect(engine.onTimer(now: .milliseconds(900)) == [])
        #expect(packets(engine.onTimer(now: .milliseconds(1001))).count == 1)
    }

    @Test("an unproven address gets three packets and no more; a proven one six and an error")
    func givesUp() {
        var engine = engine(["a": [UInt8](repeating: 1, count: 4000)])
        var sent = packets(engine.on(read("a"), from: peer, now: .zero)).count
        for second in 1...100 { sent += packets(engine.onTimer(now: .seconds(second))).count }
        #expect(sent == 3 && engine.isIdle)

        _ = engine.on(read("a"), from: peer, now: .zero)
        var packets = packets(engine.on(acknowledge(1), from: peer, now: .zero))
        for second in 1...100 { packets += self.packets(engine.onTimer(now: .seconds(second))) }
        #expect(packets.count == 7)
        #expect(packets.last == .error(.undefined, message: "the client is silent"))
        #expect(engine.isIdle)
    }

    @Test("a transfer of more than 65,535 blocks goes on with block 0 and is whole")
    func rollover() {
        let content = (0..<65_540 * 8 + 3).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var engine = engine(["big": content])
        var actions = engine.on(
            read("big", [TFTPOption("blksize", 8), TFTPOption("windowsize", 64)]), from: peer, now: .zero)
        var received: [UInt8] = []
        var next: UInt16 = 0
        actions = engine.on(acknowledge(0), from: peer, now: .zero)
        while !engine.isIdle {
            for case .data(let block, let bytes) in packets(actions) {
                next &+= 1
                #expect(block == next)
                received += bytes
            }
            actions = engine.on(acknowledge(next), from: peer, now: .zero)
        }
        #expect(received == content)
    }

    @Test("names are looked up, never opened; slashes of both kinds are taken")
    func names() {
        var engine = engine(["arm64-efi/ipxe.efi": [1]])
        for name in ["arm64-efi/ipxe.efi", "/arm64-efi/ipxe.efi", "\\arm64-efi\\ipxe.efi", "//arm64-efi//ipxe.efi"] {
            #expect(packets(engine.on(read(name), from: peer, now: .zero)) == [.data(block: 1, bytes: [1])], "\(name)")
        }
        for name in ["../etc/passwd", "/etc/passwd", "arm64-efi/../arm64-efi/ipxe.efi", "", "."] {
            let expected = TFTPPacket.error(.notFound, message: "no such file")
            #expect(packets(engine.on(read(name), from: peer, now: .zero)) == [expected], "\(name)")
        }
    }

    @Test("writing is refused, netascii translated, mail refused, strangers unheard")
    func refusals() {
        var engine = engine(["t": Array("a\nb\r".utf8)])
        let write = TFTPPacket.writeRequest(TFTPRequest(file: "t")).serialized()
        let refused = TFTPPacket.error(.accessViolation, message: "this server is read-only")
        #expect(packets(engine.on(write, from: peer, now: .zero)) == [refused])
        let text = packets(engine.on(read("t", mode: "netascii"), from: peer, now: .zero))
        #expect(text == [.data(block: 1, bytes: Array("a\r\nb\r\0".utf8))])
        #expect(packets(engine.on(read("t", mode: "mail"), from: peer, now: .zero)).count == 1)
        let stranger = TFTPEngine.Peer(address: IPAddress(v4: 192, 0, 2, 1), port: 1024)
        #expect(engine.on(read("t"), from: stranger, now: .zero) == [])
    }

    @Test("10,000 half-open requests of one address stay within its share")
    func halfOpen() {
        var engine = engine()
        var answered = 0
        for port in 1...10_000 {
            let flood = TFTPEngine.Peer(address: peer.address, port: port)
            answered += engine.on(read("a"), from: flood, now: .zero).count
        }
        #expect(answered == TFTPEngine.unprovenLimit)
        let other = TFTPEngine.Peer(address: IPAddress(v4: 10, 77, 0, 81), port: 1024)
        #expect(engine.on(read("a"), from: other, now: .zero).count == 1)
    }
}
