#ifndef ARB1D_ALLOCATIONS_H
#define ARB1D_ALLOCATIONS_H

/// How often this process has asked for memory so far: malloc, calloc, realloc and their aligned kin.
unsigned long arb1d_allocation_count(void);

#endif
