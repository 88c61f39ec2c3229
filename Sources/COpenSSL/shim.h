#ifndef ARB1D_COPENSSL_SHIM_H
#define ARB1D_COPENSSL_SHIM_H
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// The library's own spelling is a macro over a function of variable arguments, which Swift cannot call.
static inline EVP_PKEY *arb1d_make_p256_key(void) { return EVP_EC_gen("P-256"); }
#endif
