#ifndef ARB1D_CCURL_SHIM_H
#define ARB1D_CCURL_SHIM_H

#include <curl/curl.h>

/* Swift cannot call variadic functions: one typed form for each kind of value. */

typedef size_t (*arb1d_curl_sink)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode arb1d_easy_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode arb1d_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

/* curl copies the text. */
static inline CURLcode arb1d_easy_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

/* Makes the request a POST with these bytes, which curl copies; they may be NULL when there are none. */
static inline CURLcode arb1d_easy_set_body(CURL *easy, const void *bytes, long count) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_POST, 1L);
    if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, count > 0 ? bytes : "");
}

/* curl keeps the pointer: the list must outlive the transfer. */
static inline CURLcode arb1d_easy_set_headers(CURL *easy, struct curl_slist *headers) {
    return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
}

static inline CURLcode arb1d_easy_set_sink(CURL *easy, arb1d_curl_sink sink, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, sink);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}

/* Called for each line of a response's head, its line end included, and for the empty line behind it. */
static inline CURLcode arb1d_easy_set_head_sink(CURL *easy, arb1d_curl_sink sink, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, sink);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
}

/*
 * Leaves a resolver thread that still runs to itself when the transfer ends. Otherwise curl joins it, and whoever
 * drives the multi handle stands still for as long as getaddrinfo does, far beyond the transfer's own timeout. The
 * thread frees what it holds when it is done. Since 7.87; an older libcurl waits.
 */
static inline void arb1d_easy_leave_resolver(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075700
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#else
    (void)easy;
#endif
}

static inline CURLcode arb1d_easy_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode arb1d_easy_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode arb1d_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

/* The result of a finished transfer, out of the union that Swift sees as raw bytes. */
static inline CURLcode arb1d_message_result(const CURLMsg *message) { return message->data.result; }

/* Function-like and cast macros that Swift does not import. */
static inline CURLcode arb1d_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

#endif
