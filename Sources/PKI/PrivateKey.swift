private import COpenSSL
package import Core

package enum KeyAlgorithm: String, Sendable, Hashable, CaseIterable {
    case ed25519
    /// ECDSA on the curve P-256 (prime256v1), signing with SHA-256.
    case p256
    /// RSA with 4096 bits when generated; keys of other lengths are read.
    case rsa4096
}

/// A private key. Its memory is cleared when the last copy goes; printing it shows the algorithm only.
package struct PrivateKey: Sendable {
    /// Owns an `EVP_PKEY`.
    final class Handle: @unchecked Sendable {  // A finished EVP_PKEY may be read from many threads.
        let pointer: OpaquePointer

        init(owning pointer: OpaquePointer) {
            self.pointer = pointer
        }

        deinit {
            EVP_PKEY_free(pointer)
        }
    }

    let handle: Handle
    package let algorithm: KeyAlgorithm

    /// Makes a new key.
    package static func generate(_ algorithm: KeyAlgorithm) throws(Fault) -> PrivateKey {
        let name =
            switch algorithm {
            case .ed25519: "ED25519"
            case .p256: "EC"
            case .rsa4096: "RSA"
            }
        guard let context = EVP_PKEY_CTX_new_from_name(nil, name, nil) else {
            throw .openSSL("cannot make a key of the kind \(name)")
        }
        defer { EVP_PKEY_CTX_free(context) }
        var isReady = EVP_PKEY_keygen_init(context) == 1
        switch algorithm {
        case .ed25519: break
        case .p256: isReady = isReady && EVP_PKEY_CTX_set_group_name(context, "P-256") == 1
        case .rsa4096: isReady = isReady && EVP_PKEY_CTX_set_rsa_keygen_bits(context, 4096) == 1
        }
        var key: OpaquePointer?
        guard isReady, EVP_PKEY_generate(context, &key) == 1, let key else {
            throw .openSSL("cannot make a key of the kind \(name)")
        }
        return PrivateKey(handle: Handle(owning: key), algorithm: algorithm)
    }

    /// Reads the first private key of a PEM text: `ED25519 PRIVATE KEY` and `PRIVATE KEY` (PKCS#8), `EC PRIVATE KEY`
    /// (SEC 1), `RSA PRIVATE KEY` (PKCS#1).
    ///
    /// - Throws: ``Fault`` `corrupted`.
    package init(pem: String) throws(Fault) {
        guard let block = try PEM.blocks(pem).first(where: { $0.label.hasSuffix("PRIVATE KEY") }) else {
            throw Fault(.corrupted, "the text holds no private key")
        }
        let labels = ["PRIVATE KEY", "ED25519 PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"]
        guard labels.contains(block.label) else {
            throw Fault(.corrupted, "private keys of the form \(block.label) are not supported")
        }
        try self.init(der: block.der)
    }

    /// Reads PKCS#8, SEC 1 or PKCS#1 without encryption.
    package init(der: [UInt8]) throws(Fault) {
        let read = der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            let key = d2i_AutoPrivateKey(nil, &cursor, buffer.count)
            let isWhole = cursor == buffer.baseAddress.map { $0 + buffer.count }
            return (key: key, isWhole: isWhole)
        }
        guard let key = read.key else { throw .openSSL(.corrupted, "the private key cannot be read") }
        let handle = Handle(owning: key)
        guard read.isWhole else { throw Fault(.corrupted, "bytes follow the private key") }
        ERR_clear_error()
        guard let algorithm = PrivateKey.algorithm(of: key) else {
            throw Fault(.corrupted, "the private key is none of Ed25519, ECDSA P-256 and RSA")
        }
        self.init(handle: handle, algorithm: algorithm)
    }

    private init(handle: Handle, algorithm: KeyAlgorithm) {
        self.handle = handle
        self.algorithm = algorithm
    }

    private static func algorithm(of key: OpaquePointer) -> KeyAlgorithm? {
        if EVP_PKEY_is_a(key, "ED25519") == 1 { return .ed25519 }
        if EVP_PKEY_is_a(key, "RSA") == 1 { return .rsa4096 }
        guard EVP_PKEY_is_a(key, "EC") == 1 else { return nil }
        var name = [CChar](repeating: 0, count: 64)
        guard EVP_PKEY_get_group_name(key, &name, name.count, nil) == 1 else { return nil }
        let group = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return group == "prime256v1" || group == "P-256" ? .p256 : nil
    }

    /// PEM with the label and the form that Talos writes: PKCS#8 as `ED25519 PRIVATE KEY`, SEC 1 as `EC PRIVATE KEY`,
    /// PKCS#1 as `RSA PRIVATE KEY`.
    package var pem: String {
        switch algorithm {
        case .ed25519: PEM.Block(label: "ED25519 PRIVATE KEY", der: pkcs8).text
        case .p256: PEM.Block(label: "EC PRIVATE KEY", der: traditional).text
        case .rsa4096: PEM.Block(label: "RSA PRIVATE KEY", der: traditional).text
        }
    }

    /// PEM as every TLS library reads it: PKCS#8 as `PRIVATE KEY`.
    package var pkcs8PEM: String { PEM.Block(label: "PRIVATE KEY", der: pkcs8).text }

    /// SubjectPublicKeyInfo (RFC 5280 4.1.2.7) of the public half, as DER.
    package var publicKeySPKI: [UInt8] {
        encodedDER { i2d_PUBKEY(handle.pointer, $0) } ?? []
    }

    private var traditional: [UInt8] {
        encodedDER { i2d_PrivateKey(handle.pointer, $0) } ?? []
    }

    private var pkcs8: [UInt8] {
        guard let info = EVP_PKEY2PKCS8(handle.pointer) else { return [] }
        defer { PKCS8_PRIV_KEY_INFO_free(info) }
        return encodedDER { i2d_PKCS8_PRIV_KEY_INFO(info, $0) } ?? []
    }
}

extension PrivateKey: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        EVP_PKEY_eq(left.handle.pointer, right.handle.pointer) == 1
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(publicKeySPKI)
    }
}

extension PrivateKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "[private key, \(algorithm.rawValue)]" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
