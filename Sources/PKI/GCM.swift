private import COpenSSL
import Core

/// AES-256-GCM (NIST SP 800-38D) with a nonce of 12 and a tag of 16 bytes.
struct GCM {
    let key: [UInt8]
    let nonce: [UInt8]

    /// The cipher text followed by the tag.
    func seal(_ bytes: [UInt8], authenticating header: [UInt8]) throws(Fault) -> [UInt8] {
        let context = try Context()
        var output = [UInt8](repeating: 0, count: bytes.count)
        var tag = [UInt8](repeating: 0, count: 16)
        var length: Int32 = 0
        guard EVP_EncryptInit_ex2(context.pointer, EVP_aes_256_gcm(), key, nonce, nil) == 1,
            EVP_EncryptUpdate(context.pointer, nil, &length, header, Int32(header.count)) == 1,
            EVP_EncryptUpdate(context.pointer, &output, &length, bytes, Int32(bytes.count)) == 1,
            EVP_EncryptFinal_ex(context.pointer, &tag, &length) == 1,
            EVP_CIPHER_CTX_ctrl(context.pointer, EVP_CTRL_AEAD_GET_TAG, 16, &tag) == 1
        else { throw .openSSL("cannot seal the secret") }
        return output + tag
    }

    func open(_ sealed: [UInt8], authenticating header: [UInt8]) throws(Fault) -> [UInt8] {
        let context = try Context()
        var tag = Array(sealed.suffix(16))
        let bytes = Array(sealed.dropLast(16))
        var output = [UInt8](repeating: 0, count: bytes.count)
        var rest = [UInt8](repeating: 0, count: 16)
        var length: Int32 = 0
        guard EVP_DecryptInit_ex2(context.pointer, EVP_aes_256_gcm(), key, nonce, nil) == 1,
            EVP_DecryptUpdate(context.pointer, nil, &length, header, Int32(header.count)) == 1,
            EVP_DecryptUpdate(context.pointer, &output, &length, bytes, Int32(bytes.count)) == 1,
            EVP_CIPHER_CTX_ctrl(context.pointer, EVP_CTRL_AEAD_SET_TAG, 16, &tag) == 1
        else { throw .openSSL("cannot open the sealed secret") }
        guard EVP_DecryptFinal_ex(context.pointer, &rest, &length) == 1 else {
            ERR_clear_error()
            throw Fault(.denied, "wrong key or passphrase, or the sealed text was changed")
        }
        return output
    }

    /// Owns an `EVP_CIPHER_CTX`.
    private struct Context: ~Copyable {
        let pointer: OpaquePointer

        init() throws(Fault) {
            guard let pointer = EVP_CIPHER_CTX_new() else { throw .openSSL("cannot make a cipher") }
            self.pointer = pointer
        }

        deinit {
            EVP_CIPHER_CTX_free(pointer)
        }
    }
}
