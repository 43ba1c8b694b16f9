#ifndef CSHIMS_H
#define CSHIMS_H

#include "curl_shims.h"
#include "openssl_shims.h"

#endif
