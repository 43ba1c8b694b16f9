import Core
import NetbootWire
import Testing

@Suite struct TFTPPacketTests {
    @Test("OVMF's read request is read with its options in lower case")
    func ovmfRequest() throws {
        let bytes =
            [0, 1] + Array("snponly.efi\0octet\0TSIZE\0".utf8) + Array("0\0blksize\01468\0windowsize\04\0".utf8)
        let expected = TFTPRequest(
            file: "snponly.efi",
            options: [
                TFTPOption(TFTPOption.transferSize, 0), TFTPOption(TFTPOption.blockSize, 1468),
                TFTPOption(TFTPOption.windowSize, 4),
            ])
        #expect(try TFTPPacket(parsing: bytes) == .readRequest(expected))
    }

    @Test("packets written are the bytes of RFC 1350 and 2347")
    func golden() {
        #expect(TFTPPacket.acknowledgement(block: 0x1234).serialized() == [0, 4, 0x12, 0x34])
        #expect(TFTPPacket.data(block: 65_535, bytes: [9, 8]).serialized() == [0, 3, 0xFF, 0xFF, 9, 8])
        #expect(TFTPPacket.error(.notFound, message: "no").serialized() == [0, 5, 0, 1, 0x6E, 0x6F, 0])
        let options = TFTPPacket.optionAcknowledgement([TFTPOption("BLKSIZE", 1024)])
        #expect(options.serialized() == [0, 6] + Array("blksize\01024\0".utf8))
    }

    @Test("an error without its closing zero is read, as some firmware sends it")
    func openError() throws {
        let bytes = [0, 5, 0, 8] + Array("User aborted".utf8)
        #expect(try TFTPPacket(parsing: bytes) == .error(.optionRefused, message: "User aborted"))
    }

    @Test(
        "malformed packets are refused",
        arguments: [
            [], [0], [0, 0], [0, 7], [0, 1], [0, 1, 0x61], [0, 1, 0x61, 0], [0, 1, 0x61, 0, 0x6F], [0, 3, 1], [0, 4],
            [0, 1, 0xFF, 0, 0x6F, 0], [0, 6, 0x61, 0],
        ])
    func refused(_ bytes: [UInt8]) {
        #expect(throws: WireError.self) { try TFTPPacket(parsing: bytes) }
    }

    @Test("long names and many options are refused")
    func bounded() {
        let long = [0, 1] + [UInt8](repeating: 0x61, count: 600) + [0] + Array("octet\0".utf8)
        #expect(throws: WireError.self) { try TFTPPacket(parsing: long) }
        let many = [0, 1] + Array("f\0octet\0".utf8) + (0..<40).flatMap { _ in Array("a\0b\0".utf8) }
        #expect(throws: WireError.self) { try TFTPPacket(parsing: many) }
    }

    @Test("an option's value is a number only when it is digits")
    func numbers() {
        #expect(TFTPOption("tsize", "0").number == 0)
        #expect(TFTPOption("tsize", "-1").number == nil)
        #expect(TFTPOption("tsize", "").number == nil)
        #expect(TFTPOption("tsize", "99999999999999999999").number == nil)
    }
}
