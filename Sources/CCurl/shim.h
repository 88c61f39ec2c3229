#ifndef ARB1D_CCURL_SHIM_H
#define ARB1D_CCURL_SHIM_H
#include <curl/curl.h>
#endif
