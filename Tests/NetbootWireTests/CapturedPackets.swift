import Core
import NetbootWire
import Testing

/// Packets captured from real firmware; only what stands from the cookie on is written out.
struct CapturedPacket: Sendable, CustomTestStringConvertible {
    let name: String
    let flags: UInt16
    let seconds: UInt16
    let clientAddress: [UInt8]
    let tail: String
    let length: Int

    var testDescription: String { name }

    var bytes: [UInt8] {
        let zeros = [UInt8](repeating: 0, count: 12)
        let head: [UInt8] =
            [1, 1, 6, 0, 0xDE, 0xAD, 0xBE, 0xEF, UInt8(seconds >> 8), UInt8(seconds & 0xFF), UInt8(flags >> 8), 0]
            + clientAddress + zeros + [0x52, 0x54, 0, 0x77, 0, 1] + [UInt8](repeating: 0, count: 10 + 192)
        let bytes = head + (hexadecimal(tail.utf8) ?? [])
        return bytes + [UInt8](repeating: 0, count: max(0, length - bytes.count))
    }

    static let ovmf = CapturedPacket(
        name: "OVMF PXE DISCOVER", flags: 0x8000, seconds: 0, clientAddress: [0, 0, 0, 0],
        tail: "63825363350101390205c037230102030405060c0d0f111216171c28292a2b3233363a3b3c424361808182838485868761"
            + "110033221100554477668899aabbccddeeff5e030103005d0200073c20505845436c69656e743a417263683a30303030373a55"
            + "4e44493a303033303030ff", length: 347)
    static let ovmfBootServer = CapturedPacket(
        name: "OVMF 4011 REQUEST", flags: 0, seconds: 0, clientAddress: [10, 77, 0, 80],
        tail: "6382536335010337230102030405060c0d0f111216171c28292a2b3233363a3b3c4243618081828384858687390205c03c"
            + "20505845436c69656e743a417263683a30303030373a554e44493a3030333030305d0200075e03010300611100332211005544"
            + "77668899aabbccddeeffff", length: 347)
    static let ovmfHTTP = CapturedPacket(
        name: "OVMF HTTP DISCOVER", flags: 0x8000, seconds: 0, clientAddress: [0, 0, 0, 0],
        tail: "63825363350101390205c0371b0102030405060c0d0f111216171c28292a2b3233363a3b3ceb4361611100332211005544"
            + "77668899aabbccddeeff5e030103005d0200103c2148545450436c69656e743a417263683a30303031363a554e44493a303033"
            + "303030ff", length: 340)
    static let ipxeEFI = CapturedPacket(
        name: "iPXE UEFI DISCOVER", flags: 0, seconds: 4, clientAddress: [0, 0, 0, 0],
        tail: "63825363350101390205c05d0200075e0301030a3c20505845436c69656e743a417263683a30303030373a554e44493a30"
            + "30333031304d04695058453717010306070c0f111a2b3c4243778081828384858687afcbaf24b105011af41000eb0301000017"
            + "01012401011301011101012701012901011501011201013d070152540077000161110033221100554477668899aabbccddeeff"
            + "ff", length: 388)
    static let ipxeBIOS = CapturedPacket(
        name: "iPXE BIOS DISCOVER", flags: 0, seconds: 4, clientAddress: [0, 0, 0, 0],
        tail: "63825363350101390205c05d0200005e030102013c20505845436c69656e743a417263683a30303030303a554e44493a30"
            + "30323030314d04695058453717010306070c0f111a2b3c4243778081828384858687afcbaf30b105011af41000eb0301000017"
            + "01012201011301011101012701011901012901011001022101011501011801011201013d070152540077000161110033221100"
            + "554477668899aabbccddeeffff", length: 400)

    static let all = [ovmf, ovmfBootServer, ovmfHTTP, ipxeEFI, ipxeBIOS]
}
