#ifndef OPENSSL_SHIMS_H
#define OPENSSL_SHIMS_H

#include <openssl/ssl.h>

#endif
