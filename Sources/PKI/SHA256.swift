private import CShims
import Core

/// SHA-256 (FIPS 180-4), in one call or piece by piece. A value: a copy goes on independently.
package struct SHA256: Sendable {
    private var state = openssl_shim_sha256()

    package init() {
        openssl_shim_sha256_init(&state)
    }

    /// Adds bytes to the message.
    package mutating func update(_ bytes: some Sequence<UInt8>) {
        let added: Void? = bytes.withContiguousStorageIfAvailable { update(raw: UnsafeRawBufferPointer($0)) }
        if added == nil { Array(bytes).withUnsafeBytes { update(raw: $0) } }
    }

    /// Adds the bytes of a buffer that lives as long as the call.
    package mutating func update(raw bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
        openssl_shim_sha256_update(&state, start, bytes.count)
    }

    /// The 32 bytes of the digest of all that was added. The value itself may be updated further.
    package func finalize() -> [UInt8] {
        var final = state
        return [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            if let start = buffer.baseAddress { openssl_shim_sha256_final(&final, start) }
            count = 32
        }
    }

    /// The digest of one message.
    package static func hash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var digest = SHA256()
        digest.update(bytes)
        return digest.finalize()
    }

    /// The digest of one message in lower-case hexadecimal.
    package static func hexadecimalHash(_ bytes: some Sequence<UInt8>) -> String {
        hexadecimal(hash(bytes))
    }
}
