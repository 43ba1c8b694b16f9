#ifndef OPENSSL_SHIMS_H
#define OPENSSL_SHIMS_H

#include <stddef.h>

/// The state of a SHA-256 computation, by value. Room for OpenSSL's SHA256_CTX.
struct openssl_shim_sha256 {
    unsigned int words[28];
};

/// OpenSSL's block functions, which need no allocation and cannot fail.
void openssl_shim_sha256_init(struct openssl_shim_sha256 *state);
void openssl_shim_sha256_update(struct openssl_shim_sha256 *state, const void *bytes, size_t length);
/// Writes 32 bytes.
void openssl_shim_sha256_final(struct openssl_shim_sha256 *state, unsigned char *digest);

#endif
