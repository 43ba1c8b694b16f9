#ifndef CURL_SHIMS_H
#define CURL_SHIMS_H

#include <curl/curl.h>

// Typed faces of libcurl's variadic functions, which Swift cannot call.

CURLcode shim_curl_set_long(CURL *easy, CURLoption option, long value);
CURLcode shim_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value);
// NULL sets the option back to nothing.
CURLcode shim_curl_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode shim_curl_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode shim_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *value);
// libcurl keeps a copy.
CURLcode shim_curl_set_blob(CURL *easy, CURLoption option, const void *bytes, size_t count);
// POST fields of any bytes; libcurl keeps a copy.
CURLcode shim_curl_set_body(CURL *easy, const void *bytes, size_t count);
// Sets the three callbacks and their common user pointer.
CURLcode shim_curl_set_callbacks(
    CURL *easy, curl_write_callback write, curl_write_callback header, curl_read_callback read, void *user);

long shim_curl_get_long(CURL *easy, CURLINFO info);
curl_off_t shim_curl_get_offset(CURL *easy, CURLINFO info);
// Valid until the handle's next use; may be NULL.
const char *shim_curl_get_string(CURL *easy, CURLINFO info);
// The socket of the last connection while libcurl still holds it, or -1.
int shim_curl_active_socket(CURL *easy);
// The PEM text of the certificate that the server showed first, or NULL; needs CURLOPT_CERTINFO.
const char *shim_curl_leaf_certificate(CURL *easy);

CURLMcode shim_curl_multi_set_long(CURLM *multi, CURLMoption option, long value);

#endif
