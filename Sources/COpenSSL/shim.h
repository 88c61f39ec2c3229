#ifndef ARB1D_COPENSSL_SHIM_H
#define ARB1D_COPENSSL_SHIM_H
#include <openssl/evp.h>
#endif
