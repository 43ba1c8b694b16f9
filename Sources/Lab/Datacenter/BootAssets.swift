import Core
import PKI

/// The kernel and the initramfs that the lab's internet offers: bytes that mean nothing, but always the same for a
/// release, so that pinned checksums hold from one lab to the next.
struct BootAssets: Sendable {
    static let kernelSize = 1_500_000
    static let initramfsSize = 3_000_000

    let kernel: [UInt8]
    let initramfs: [UInt8]

    init(release: String) {
        kernel = Self.bytes("kernel \(release)", beginning: Array("MZ".utf8), count: Self.kernelSize)
        let xz: [UInt8] = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]
        initramfs = Self.bytes("initramfs \(release)", beginning: xz, count: Self.initramfsSize)
    }

    var digests: BootAssetDigests {
        BootAssetDigests(kernel: SHA256.hexadecimalHash(kernel), initramfs: SHA256.hexadecimalHash(initramfs))
    }

    private static func bytes(_ stream: String, beginning: [UInt8], count: Int) -> [UInt8] {
        var random = SeededRandom(seed: 0, stream: stream)
        return beginning + random.bytes(count - beginning.count)
    }
}
