private import COpenSSL
import Core

/// Keys of 32 bytes from a secret and a salt.
enum KeyDerivation {
    /// HKDF-SHA256 (RFC 5869) of a secret that is already random.
    static func expand(_ secret: [UInt8], salt: [UInt8]) -> [UInt8] {
        let pseudorandom = hmac(key: salt, secret)
        return hmac(key: pseudorandom, Array("cozy-bootstrap seal 1".utf8) + [1])
    }

    /// scrypt (RFC 7914) of a passphrase.
    static func scrypt(_ passphrase: [UInt8], salt: [UInt8], cost: Sealer.Cost) throws(Fault) -> [UInt8] {
        var key = [UInt8](repeating: 0, count: 32)
        let result = passphrase.withUnsafeBytes { text in
            EVP_PBE_scrypt(
                text.baseAddress?.assumingMemoryBound(to: CChar.self), text.count, salt, salt.count,
                1 << UInt64(cost.logN), UInt64(cost.r), UInt64(cost.p), 1 << 30, &key, key.count)
        }
        guard result == 1 else { throw .openSSL("cannot derive a key from the passphrase") }
        return key
    }

    /// Overwrites a secret.
    static func clear(_ secret: inout [UInt8]) {
        secret.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
    }

    /// HMAC-SHA256 (RFC 2104).
    static func hmac(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        var block = key.count > 64 ? SHA256.hash(key) : key
        block += [UInt8](repeating: 0, count: 64 - block.count)
        let inner = SHA256.hash(block.map { $0 ^ 0x36 } + message)
        return SHA256.hash(block.map { $0 ^ 0x5C } + inner)
    }
}
