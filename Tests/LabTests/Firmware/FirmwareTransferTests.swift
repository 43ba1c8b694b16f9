import NetbootWire
import Testing

@testable import Lab

@Suite struct FirmwareTransferTests {
    private func data(_ block: UInt16, _ count: Int) -> TFTPPacket {
        .data(block: block, bytes: [UInt8](repeating: 7, count: count))
    }

    @Test("without options the blocks have 512 bytes and a short one ends the file")
    func plain() {
        var transfer = TFTPTransfer(file: "a", options: [])
        #expect(transfer.on(data(1, 512)) == .send(.acknowledgement(block: 1)))
        #expect(transfer.on(data(2, 10)) == .finish(.acknowledgement(block: 2)))
        #expect(transfer.content.count == 522)
    }

    @Test("a file of whole blocks ends with an empty one")
    func exactMultiple() {
        var transfer = TFTPTransfer(file: "a", options: [])
        _ = transfer.on(data(1, 512))
        #expect(transfer.on(data(2, 0)) == .finish(.acknowledgement(block: 2)))
    }

    @Test("in a window only the last block is acknowledged, and a gap is told at once")
    func window() {
        var transfer = TFTPTransfer(
            file: "a", options: [TFTPOption(TFTPOption.blockSize, 1468), TFTPOption(TFTPOption.windowSize, 4)])
        let accepted = [TFTPOption(TFTPOption.blockSize, 1468), TFTPOption(TFTPOption.windowSize, 4)]
        #expect(transfer.on(.optionAcknowledgement(accepted)) == .send(.acknowledgement(block: 0)))
        #expect(transfer.on(data(1, 1468)) == .wait)
        #expect(transfer.on(data(2, 1468)) == .wait)
        #expect(transfer.on(data(4, 1468)) == .send(.acknowledgement(block: 2)))
        #expect(transfer.on(data(3, 1468)) == .wait)
        #expect(transfer.on(data(4, 1468)) == .send(.acknowledgement(block: 4)))
    }

    @Test("the block number rolls over to 0")
    func rollover() {
        var transfer = TFTPTransfer(file: "a", options: [TFTPOption(TFTPOption.blockSize, 8)])
        _ = transfer.on(.optionAcknowledgement([TFTPOption(TFTPOption.blockSize, 8)]))
        for index in 1...65_536 { _ = transfer.on(data(UInt16(truncatingIfNeeded: index), 8)) }
        #expect(transfer.on(data(1, 3)) == .finish(.acknowledgement(block: 1)))
        #expect(transfer.content.count == 65_536 * 8 + 3)
    }

    @Test(
        "a server that breaks the rules is refused",
        arguments: [
            TFTPPacket.optionAcknowledgement([TFTPOption("multicast", "1")]),
            .optionAcknowledgement([TFTPOption(TFTPOption.blockSize, 9000)]), .error(.notFound, message: "no"),
            .acknowledgement(block: 0), .data(block: 1, bytes: [UInt8](repeating: 0, count: 600)),
        ])
    func rules(packet: TFTPPacket) {
        var transfer = TFTPTransfer(file: "a", options: [TFTPOption(TFTPOption.blockSize, 1468)])
        guard case .fail = transfer.on(packet) else {
            Issue.record("\(packet) was taken")
            return
        }
    }

    @Test(
        "URLs are read and resolved as iPXE does",
        arguments: [
            ("http://h:8080/a/b.ipxe", "c", "http://h:8080/a/c"), ("http://h/a", "/x?y", "http://h/x?y"),
            ("http://h", "x", "http://h/x"), ("http://h/a?b", "?c", "http://h/a?c"),
            ("http://h/a", "http://other:1/b", "http://other:1/b"),
            ("http://[fd00::1]:80/a", "b", "http://[fd00::1]:80/b"),
        ])
    func urls(base: String, reference: String, result: String) {
        #expect(BootURL(base)?.resolving(reference)?.description == result)
    }

    @Test("what is no URL is none", arguments: ["", "host/path", "http://", "http://h:0/", "http://h:x/", "://h"])
    func noURLs(text: String) {
        #expect(BootURL(text) == nil)
    }

    @Test(
        "one range is served as RFC 9110 has it",
        arguments: [
            ("bytes=0-9", ByteRange.part(0..<10)), ("bytes=90-", .part(90..<100)), ("bytes=-5", .part(95..<100)),
            ("bytes=-500", .part(0..<100)), ("bytes=50-1000", .part(50..<100)), ("bytes=100-", .unsatisfiable),
            ("bytes=-0", .unsatisfiable), ("bytes=5-2", .unsatisfiable), ("bytes=0-1,3-4", .all), ("lines=1-2", .all),
        ])
    func ranges(header: String, range: ByteRange) {
        #expect(ByteRange(header, size: 100) == range)
    }

    @Test("a mailbox loses nothing when its reader stops waiting")
    func mailbox() async {
        let box = Mailbox<Int>()
        #expect(await box.take(within: .milliseconds(5)) == nil)
        box.put(1)
        box.put(2)
        #expect(await box.take(within: .seconds(5)) == 1)
        #expect(await box.take(within: .seconds(5)) == 2)
        async let late = box.take(within: .seconds(5))
        box.put(3)
        #expect(await late == 3)
        box.close()
        #expect(await box.take(within: .seconds(5)) == nil)
    }
}
