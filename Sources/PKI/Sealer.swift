private import COpenSSL
package import Core

/// Encrypts secrets at rest with AES-256-GCM under a key from a key file or a passphrase.
///
/// A sealed text is: `CZSEAL` and version 1; kind of key (0 key file, 1 passphrase); log2 N, r and p of scrypt
/// (RFC 7914, zero for a key file); 16 bytes of salt; 12 bytes of nonce; cipher text; 16 bytes of tag. All that stands
/// before the cipher text is authenticated with it. A key file goes through HKDF-SHA256 (RFC 5869) with the salt and the
/// info `cozy-bootstrap seal 1`.
package struct Sealer: Sendable {
    /// The cost of scrypt: memory is 128 · N · r bytes.
    package struct Cost: Sendable, Hashable {
        package var logN: UInt8
        package var r: UInt8
        package var p: UInt8

        package init(logN: UInt8, r: UInt8, p: UInt8) {
            (self.logN, self.r, self.p) = (logN, r, p)
        }

        /// 128 MiB, a few tenths of a second.
        package static let standard = Cost(logN: 17, r: 8, p: 1)

        /// What is accepted from a header: at most 512 MiB.
        var isAcceptable: Bool {
            1...20 ~= logN && 1...16 ~= r && 1...8 ~= p && (128 << UInt64(logN)) * UInt64(r) <= 512 << 20
        }
    }

    private enum Origin: Sendable {
        case keyFile(Secret<[UInt8]>)
        case passphrase(Secret<[UInt8]>, Cost)
    }

    private static let magic = Array("CZSEAL".utf8)
    private static let headerLength = magic.count + 1 + 1 + 3 + 16 + 12
    private let origin: Origin

    /// - Parameter keyFile: the bytes of a key file, at least 32, best random ones.
    /// - Throws: ``Fault`` `refused` for a shorter one.
    package init(keyFile: [UInt8]) throws(Fault) {
        guard keyFile.count >= 32 else {
            throw Fault(
                .refused, "the key file is too short", why: "it has \(keyFile.count) bytes of at least 32",
                next: "make one with: head -c 32 /dev/urandom")
        }
        origin = .keyFile(Secret(keyFile))
    }

    package init(passphrase: String, cost: Cost = .standard) throws(Fault) {
        guard !passphrase.isEmpty else { throw Fault(.refused, "the passphrase is empty") }
        guard cost.isAcceptable else { throw Fault(.usage, "the cost of scrypt is out of bounds") }
        origin = .passphrase(Secret(Array(passphrase.utf8)), cost)
    }

    package func seal(_ bytes: [UInt8]) throws(Fault) -> [UInt8] {
        let salt = Random.bytes(16)
        let nonce = Random.bytes(12)
        var header = Self.magic + [1]
        var derived: [UInt8]
        switch origin {
        case .keyFile(let key):
            header += [0, 0, 0, 0]
            derived = KeyDerivation.expand(key.revealed, salt: salt)
        case .passphrase(let text, let cost):
            header += [1, cost.logN, cost.r, cost.p]
            derived = try KeyDerivation.scrypt(text.revealed, salt: salt, cost: cost)
        }
        defer { KeyDerivation.clear(&derived) }
        header += salt + nonce
        return header + (try GCM(key: derived, nonce: nonce).seal(bytes, authenticating: header))
    }

    /// - Throws: ``Fault`` `corrupted` for anything that is not sealed, `denied` when the key or passphrase is not the
    ///   one it was sealed with (or the text was changed: the two cannot be told apart), `refused` when the kind of key
    ///   is another.
    package func open(_ sealed: [UInt8]) throws(Fault) -> [UInt8] {
        guard sealed.starts(with: Self.magic), sealed.count >= Self.headerLength + 16 else {
            throw Fault(.corrupted, "the bytes are not sealed")
        }
        guard sealed[6] == 1 else {
            throw Fault(.corrupted, "sealed with version \(sealed[6])", next: "use a newer cozy-bootstrap")
        }
        let header = Array(sealed[..<Self.headerLength])
        var derived = try derivedKey(header)
        defer { KeyDerivation.clear(&derived) }
        return try GCM(key: derived, nonce: Array(header[27...])).open(
            Array(sealed[Self.headerLength...]), authenticating: header)
    }

    private func derivedKey(_ header: [UInt8]) throws(Fault) -> [UInt8] {
        let salt = Array(header[11..<27])
        switch (origin, header[7]) {
        case (.keyFile(let key), 0):
            return KeyDerivation.expand(key.revealed, salt: salt)
        case (.passphrase(let text, _), 1):
            let cost = Cost(logN: header[8], r: header[9], p: header[10])
            guard cost.isAcceptable else { throw Fault(.corrupted, "the sealed text asks for an unreasonable cost") }
            return try KeyDerivation.scrypt(text.revealed, salt: salt, cost: cost)
        case (.keyFile, 1):
            throw Fault(.refused, "sealed with a passphrase, not with a key file")
        case (.passphrase, 0):
            throw Fault(.refused, "sealed with a key file, not with a passphrase")
        default:
            throw Fault(.corrupted, "sealed with an unknown kind of key")
        }
    }
}
