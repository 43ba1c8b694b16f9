// SHA256_Init and its sisters are the only SHA-256 of OpenSSL 3 without heap state; 3.0 marks them as deprecated.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "CShims.h"

#include <openssl/sha.h>

_Static_assert(sizeof(struct openssl_shim_sha256) >= sizeof(SHA256_CTX), "room for the state");
_Static_assert(_Alignof(struct openssl_shim_sha256) >= _Alignof(SHA256_CTX), "alignment of the state");

void openssl_shim_sha256_init(struct openssl_shim_sha256 *state) {
    SHA256_Init((SHA256_CTX *)state);
}

void openssl_shim_sha256_update(struct openssl_shim_sha256 *state, const void *bytes, size_t length) {
    SHA256_Update((SHA256_CTX *)state, bytes, length);
}

void openssl_shim_sha256_final(struct openssl_shim_sha256 *state, unsigned char *digest) {
    SHA256_Final(digest, (SHA256_CTX *)state);
}
