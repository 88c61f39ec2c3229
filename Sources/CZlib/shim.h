#ifndef ARB1D_CZLIB_SHIM_H
#define ARB1D_CZLIB_SHIM_H
#include <zlib.h>

/// inflateInit2 is a macro, which Swift does not see. 15 + 16: the largest window, with a gzip header.
static inline int arb1d_gunzip_init(z_stream *stream) { return inflateInit2(stream, 15 + 16); }

/// deflateInit2 is a macro too. The largest window with a gzip header; 8 and the default strategy are zlib's own choice.
static inline int arb1d_gzip_init(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
#endif
