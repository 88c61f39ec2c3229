// Asks the processor to bring a line of memory near, and waits for nothing. Any address will do.
#pragma once

static inline void cprefetch_line(const void *_Nullable address) { __builtin_prefetch(address, 1, 3); }
